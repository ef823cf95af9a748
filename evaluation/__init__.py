"""How right timelines are: scores against hand-coded labels, what is wrong where, fitting of weights."""

import os

# Before numpy is loaded: with more threads sums are in another order, the last digit of a weight is another one on
# another machine, and matrices as small as these take longer (a fit 181 s with two threads, 51 s with one).
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
