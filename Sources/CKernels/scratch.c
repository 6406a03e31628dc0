#define _DEFAULT_SOURCE
#include "limen_scratch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { huge_page = 2 << 20 };

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
    // Where there are huge pages, one translation serves all of a block that is walked in many streams.
    const size_t alignment = bytes >= huge_page / 4 ? huge_page : 4096;
    mine->size[slot] = (bytes + alignment - 1) & ~(alignment - 1);
    mine->block[slot] = aligned_alloc(alignment, mine->size[slot]);
    if (!mine->block[slot])
      mine->size[slot] = 0;
    else if (alignment == huge_page)
      madvise(mine->block[slot], mine->size[slot], MADV_HUGEPAGE);
  }
  return mine->block[slot];
}
