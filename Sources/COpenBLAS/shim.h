// OpenBLAS: matrix products. LAPACK routines are declared here by hand because Debian's OpenBLAS
// exports their Fortran symbols but ships no LAPACKE header. The trailing size_t are the lengths that Fortran
// passes behind the arguments for each text.
#include <cblas.h>
#include <stddef.h>

// Eigenvalues and eigenvectors of a symmetric matrix, by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
             double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info,
             size_t jobz_length, size_t uplo_length);

// Least squares of minimum norm by singular values.
void dgelsd_(const blasint *m, const blasint *n, const blasint *nrhs, double *a, const blasint *lda, double *b,
             const blasint *ldb, double *s, const double *rcond, blasint *rank, double *work,
             const blasint *lwork, blasint *iwork, blasint *info);

// Cholesky factor of a positive definite matrix, and the solution of equations by it.
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info, size_t uplo_length);
void dpotrs_(const char *uplo, const blasint *n, const blasint *nrhs, const double *a, const blasint *lda, double *b,
             const blasint *ldb, blasint *info, size_t uplo_length);
