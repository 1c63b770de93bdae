/* The first process of a guest that is moved: writes memory at a steady rate, checks what it wrote a pass before, and
   says every 10 ms how far it is: TICK number, passes, wrong pages. Parameters: MiB a second, MiB in all. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static uint64_t mark(long page, uint64_t pass, int word) {
  return (page * 0x9e3779b97f4a7c15ULL) ^ (pass << 20) ^ word;
}

int main(int argc, char **argv) {
  long rate = argc > 1 ? atol(argv[1]) : 50, pages = (argc > 2 ? atol(argv[2]) : 64) * 256;
  uint64_t *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t pass = 1;
  long page = 0, wrong = 0, tick = 0;
  if (memory == MAP_FAILED) return 1;
  setvbuf(stdout, 0, _IOLBF, 0);
  for (int64_t last = now();; tick++) {
    int64_t t = now(), span = t - last;
    /* What was missed for long is not made up for. */
    if (span > 50000000) span = 50000000;
    last = t;
    for (long left = span * rate * 256 / 1000000000; left > 0; left--) {
      uint64_t *at = memory + page * 512;
      for (int i = 0; i < 512 && pass > 1; i++)
        if (at[i] != mark(page, pass - 1, i)) {
          wrong++;
          break;
        }
      for (int i = 0; i < 512; i++) at[i] = mark(page, pass, i);
      if (++page == pages) page = 0, pass++;
    }
    printf("TICK %ld pass %lu wrong %ld\n", tick, (unsigned long)pass, wrong);
    usleep(10000);
  }
}
