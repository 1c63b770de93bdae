/* The first process of a guest that is moved: writes memory at a steady rate, checks what it wrote a pass before, and
   says every 10 ms how far it is: TICK number, passes, wrong pages. Parameters: MiB a second, MiB in all; with a third
   one it speaks only when a page is wrong.

   With "disk" and a device it writes blocks there instead, each with its number and how often it was written, and reads
   others past all caches, which must hold what was written last. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

enum { BLOCK = 4096, BLOCKS = 4096 };

static int disk(const char *device) {
  static uint64_t written[BLOCKS];
  uint64_t *block, count = 0, wrong = 0, random = 1;
  int file = open(device, O_RDWR | O_DIRECT);
  if (file < 0 || posix_memalign((void **)&block, BLOCK, BLOCK)) {
    perror(device);
    return 1;
  }
  memset(block, 0, BLOCK);
  for (;; count++) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    long to = random >> 33 & (BLOCKS - 1), from = random >> 48 & (BLOCKS - 1);
    written[to]++;
    for (int i = 0; i < BLOCK / 8; i++) block[i] = mark(to, written[to], i);
    if (pwrite(file, block, BLOCK, to * BLOCK) != BLOCK) perror("write"), wrong++;
    if (count % 64 == 0 && fsync(file)) perror("fsync"), wrong++;
    if (pread(file, block, BLOCK, from * BLOCK) != BLOCK) perror("read"), wrong++;
    for (int i = 0; written[from] && i < BLOCK / 8; i++)
      if (block[i] != mark(from, written[from], i)) {
        wrong++;
        break;
      }
    if (wrong) printf("TICK 0 pass %lu wrong %lu\n", (unsigned long)count, (unsigned long)wrong);
    if (count % 1000 == 0) printf("DISK %lu wrong %lu\n", (unsigned long)count, (unsigned long)wrong);
  }
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (argc > 2 && !strcmp(argv[1], "disk")) return disk(argv[2]);
  long rate = argc > 1 ? atol(argv[1]) : 50, pages = (argc > 2 ? atol(argv[2]) : 64) * 256;
  uint64_t *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t pass = 1;
  long page = 0, wrong = 0, tick = 0;
  if (memory == MAP_FAILED) return 1;
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
    /* The first process counts for all. */
    if (argc > 3) {
      if (wrong) printf("TICK 0 pass %lu wrong %ld\n", (unsigned long)pass, wrong);
    } else
      printf("TICK %ld pass %lu wrong %ld\n", tick, (unsigned long)pass, wrong);
    usleep(10000);
  }
}
