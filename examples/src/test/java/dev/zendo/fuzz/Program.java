package dev.zendo.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A program for one vcpu of the guest: instructions of {@code pv-guest-kit/fuzz/program.h}. */
final class Program {
  private static final long MAGIC = 0x315a5a5546444e5aL;

  private static final int SET = 1;
  private static final int CALL = 2;
  private static final int KEEP = 3;
  private static final int STORE = 4;
  private static final int LOAD = 5;
  private static final int EXCHANGE = 6;
  private static final int PRIVILEGED = 7;
  private static final int SELECTOR = 8;
  private static final int IRET = 9;
  private static final int SLEEP = 10;
  private static final int JUMP = 11;
  private static final int REPAIR = 12;

  private static final int REGISTERS = 5;

  private long[] words = new long[4096];
  private int size;

  /** The ramdisk for the programs of a domain's vcpus. */
  static byte[] ramdisk(List<Program> programs, int rounds) {
    int words = 3 + programs.size();
    for (Program program : programs) {
      words += program.size;
    }
    ByteBuffer out = ByteBuffer.allocate(8 * words).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).putLong(programs.size()).putLong(rounds);
    programs.forEach(program -> out.putLong(program.size));
    for (Program program : programs) {
      for (int i = 0; i < program.size; i++) {
        out.putLong(program.words[i]);
      }
    }
    return out.array();
  }

  private void add(long... instruction) {
    if (size + instruction.length > words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
    System.arraycopy(instruction, 0, words, size, instruction.length);
    size += instruction.length;
  }

  private static long number(long value) {
    return Operand.number(value);
  }

  /** Stores a value into the argument pages. */
  void set(int offset, int bytes, long value) {
    add(SET, number(offset), number(bytes), value);
  }

  /** Issues a hypercall; the missing arguments are 0. */
  void call(long number, long... arguments) {
    long[] all = new long[REGISTERS + 3];
    all[0] = CALL;
    all[1] = number;
    System.arraycopy(arguments, 0, all, 2, Math.min(REGISTERS, arguments.length));
    all[REGISTERS + 2] = number(Operand.RESULT);
    add(all);
  }

  /** Remembers what a call left in the argument pages. */
  void keep(int offset, int bytes, int keptAs) {
    add(KEEP, number(offset), number(bytes), number(keptAs));
  }

  void store(long address, int bytes, long value) {
    add(STORE, address, number(bytes), value);
  }

  void load(long address, int bytes) {
    add(LOAD, address, number(bytes));
  }

  void exchange(long address, long old, long value) {
    add(EXCHANGE, address, old, value);
  }

  void privileged(int which, long a, long b) {
    add(PRIVILEGED, number(which), a, b);
  }

  void selector(int which, long selector) {
    add(SELECTOR, number(which), selector);
  }

  void iret(long rip, long cs, long rflags, long rsp, long ss, long flags) {
    add(IRET, rip, cs, rflags, rsp, ss, flags);
  }

  void sleep(int microseconds) {
    add(SLEEP, number(microseconds));
  }

  void jump(long address) {
    add(JUMP, address);
  }

  void repair() {
    add(REPAIR);
  }
}
