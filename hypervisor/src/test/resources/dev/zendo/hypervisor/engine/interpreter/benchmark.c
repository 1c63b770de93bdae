/* Integer work in the style of a kernel: sorting, checksums, hashing, copying, searching, calls. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define N 65536
static u32 numbers[N];
static u8 text[N];
static u8 copy[N];
static u32 crc_table[256];
static struct entry { u64 key, value; } table[16384];

static u64 seed = 88172645463325252UL;

static u64 next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void sort(u32 *a, long n) {
    while (n > 1) {
        u32 pivot = a[n / 2];
        long i = 0, j = n - 1;
        while (i <= j) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) { u32 t = a[i]; a[i++] = a[j]; a[j--] = t; }
        }
        sort(a, j + 1);
        a += i;
        n -= i;
    }
}

static u32 crc32(const u8 *p, long n) {
    u32 crc = ~0u;
    for (long i = 0; i < n; i++) crc = crc_table[(crc ^ p[i]) & 255] ^ crc >> 8;
    return ~crc;
}

static u64 hash(long n) {
    u64 found = 0;
    for (long i = 0; i < n; i++) {
        u64 key = next() & 32767;
        u64 slot = key * 0x9e3779b97f4a7c15UL >> 50;
        while (table[slot].key && table[slot].key != key + 1) slot = (slot + 1) & 16383;
        if (table[slot].key) found += table[slot].value;
        else if ((i & 7) == 0 && found != ~0UL && slot % 3) { table[slot].key = key + 1; table[slot].value = i; }
    }
    return found;
}

static void *my_copy(void *to, const void *from, long n) {
    u64 *t = to;
    const u64 *f = from;
    for (long i = 0; i < n / 8; i++) { t[i] = f[i]; __asm__ volatile("" ::: "memory"); }
    return to;
}

static long find(const u8 *s, long n, const u8 *w, long m) {
    long hits = 0;
    for (long i = 0; i + m <= n; i++) {
        long j = 0;
        while (j < m && s[i + j] == w[j]) j++;
        hits += j == m;
    }
    return hits;
}

static u64 op_add(u64 a, u64 b) { return a + b; }
static u64 op_xor(u64 a, u64 b) { return a ^ b; }
static u64 op_mul(u64 a, u64 b) { return a * (b | 1); }
static u64 op_rot(u64 a, u64 b) { return a << 5 | a >> 59 | (b & 1); }
static u64 (*volatile ops[4])(u64, u64) = {op_add, op_xor, op_mul, op_rot};

static u64 __attribute__((noinline)) fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

u64 kernel(long rounds) {
    u64 sum = 0;
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        crc_table[i] = c;
    }
    for (long r = 0; r < rounds; r++) {
        for (long i = 0; i < N; i++) { numbers[i] = next(); text[i] = "abcd"[next() & 3]; }
        sort(numbers, N);
        sum = sum * 31 + numbers[N / 2];
        sum = sum * 31 + crc32(text, N);
        sum = sum * 31 + hash(100000);
        for (int k = 0; k < 16; k++) my_copy(copy, text, N);
        sum = sum * 31 + find(copy, N, (const u8 *)"abcabd", 6);
        for (long i = 0; i < 200000; i++) sum = ops[i & 3](sum, i);
        sum = sum * 31 + fib(22);
    }
    return sum;
}

#ifdef NATIVE
int printf(const char *, ...);
int atoi(const char *);
int main(int c, char **v) { printf("%lx\n", kernel(atoi(v[1]))); return 0; }
#else
__asm__(".globl _start\n_start: call kernel\nmov %rax,%rdi\nsyscall\n");
#endif
