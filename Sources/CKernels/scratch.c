#include "limen_scratch.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct {
  void *block[limen_scratch_slots];
  size_t size[limen_scratch_slots];
} scratch;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local scratch *mine;

static void release(void *pointer) {
  scratch *s = pointer;
  for (int slot = 0; slot < limen_scratch_slots; slot++) free(s->block[slot]);
  free(s);
}

static void make_key(void) { pthread_key_create(&key, release); }

void *limen_scratch(int slot, size_t bytes) {
  if (!mine) {
    pthread_once(&once, make_key);
    mine = calloc(1, sizeof *mine);
    if (!mine) return NULL;
    pthread_setspecific(key, mine);
  }
  if (mine->size[slot] < bytes) {
    free(mine->block[slot]);
    mine->size[slot] = (bytes + 4095) & ~(size_t)4095;
    mine->block[slot] = aligned_alloc(64, mine->size[slot]);
    if (!mine->block[slot]) mine->size[slot] = 0;
  }
  return mine->block[slot];
}
