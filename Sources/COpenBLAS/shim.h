// OpenBLAS: matrix products. LAPACK routines are declared here by hand because Debian's OpenBLAS
// exports their Fortran symbols but ships no LAPACKE header.
#include <cblas.h>
