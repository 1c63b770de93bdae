package dev.zendo.hypervisor.engine.interpreter.fusion;

import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registers that joined code keeps in local variables are always those in memory. */
class RegistersTest {
  /** Between objects that bring registers into local variables and use them again. */
  private static void expectJoined(Link... middle) {
    Link[] links = new Link[middle.length + 8];
    int i = 0;
    links[i++] = new Link.Mix(0, 1);
    links[i++] = new Link.Add(2, 3);
    for (Link link : middle) {
      links[i++] = link;
    }
    links[i++] = new Link.Mix(0, 3);
    links[i++] = new Link.Mix(1, 3);
    links[i++] = new Link.Mix(2, 3);
    links[i++] = new Link.Mix(3, 0);
    links[i++] = new Link.Mix(0, 2);
    links[i] = new Link.End();
    Chains.expectJoined(links);
    // The same with nothing in local variables yet.
    Link[] alone = new Link[middle.length + 4];
    System.arraycopy(links, 2, alone, 0, alone.length - 1);
    alone[alone.length - 1] = links[i];
    Chains.expectJoined(alone);
  }

  @Test
  void usedOnOnePathOnly() {
    expectJoined(new OnOnePath(0, 3), new OnOnePath(1, 2), new OnOnePath(3, 0));
  }

  /** Uses a register on one path, stores it on that too. */
  private static final class OnOnePath extends Link {
    private final int register;
    private final int test;

    OnOnePath(int register, int test) {
      this.register = register;
      this.test = test;
    }

    @Override
    protected Outcome exec(Machine m) {
      if (m.get(test) < 0) {
        m.put(register, m.get(register) + 11);
      } else {
        m.wide++;
      }
      m.wide += m.get(register);
      return next.exec(m);
    }
  }

  @Test
  void changedOnOnePathBehindAUnknownAddress() {
    expectJoined(new MaybeStore(0), new MaybeStore(1), new MaybeStore(2));
  }

  private static final class MaybeStore extends Link {
    private final int register;

    MaybeStore(int register) {
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      long before = m.get(register);
      if ((before & 1) == 0) {
        HostMemory.putLong(m.elsewhere + (register << 3), before * 3);
      }
      m.wide += before ^ m.get(register);
      return next.exec(m);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "7,1", "0,2", "2,2", "1,2", "6,2", "0,4", "4,4", "3,4", "0,8"})
  void narrowStoresAndLoads(int offset, int size) {
    expectJoined(new Narrow(offset, size, 2), new Narrow(24 + offset, size, 0));
    expectJoined(new Link.LeaveWhenOdd(2), new Narrow(offset, size, 0));
  }

  /** Stores a part of a register and then loads it. */
  private static final class Narrow extends Link {
    private final int offset;
    private final int size;
    private final int from;

    Narrow(int offset, int size, int from) {
      this.offset = offset;
      this.size = size;
      this.from = from;
    }

    @Override
    protected Outcome exec(Machine m) {
      long before = load(m.memory + offset);
      store(m.memory + offset, m.get(from) * 7);
      m.wide = m.wide * 31 + before;
      m.wide = m.wide * 31 + load(m.memory + offset);
      return next.exec(m);
    }

    private long load(long address) {
      switch (size) {
        case 1:
          return HostMemory.getByte(address);
        case 2:
          return HostMemory.getShort(address);
        case 4:
          return HostMemory.getInt(address);
        default:
          return HostMemory.getLong(address);
      }
    }

    private void store(long address, long value) {
      switch (size) {
        case 1:
          HostMemory.putByte(address, (byte) value);
          break;
        case 2:
          HostMemory.putShort(address, (short) value);
          break;
        case 4:
          HostMemory.putInt(address, (int) value);
          break;
        default:
          HostMemory.putLong(address, value);
          break;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4,8", "5,4", "7,2", "12,8", "28,8", "32,8", "36,8"})
  void accessesAcrossOrBehindTheRegisters(int offset, int size) {
    expectJoined(new Narrow(offset, size, 2), new Link.Mix(1, 0), new Narrow(offset, size, 0));
  }

  @Test
  void changedByACalledMethod() {
    expectJoined(new Call(0), new Call(1), new Call(2));
  }

  /** Calls a method that changes registers and a field. */
  private static final class Call extends Link {
    private final int register;

    Call(int register) {
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.mode = 2;
      long old = m.get(register);
      m.clobber(register);
      m.wide += old * 5 + m.get(register) * m.mode;
      return next.exec(m);
    }
  }

  @Test
  void changedByAStaticMethodThatGetsAnAddress() {
    expectJoined(new CallWithAddress(0), new CallWithAddress(1), new CallWithAddress(2));
  }

  private static final class CallWithAddress extends Link {
    private final int register;

    CallWithAddress(int register) {
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      long old = m.get(register);
      Machine.clobber(m.memory + (register << 3));
      m.wide += old * 5 + m.get(register);
      return next.exec(m);
    }
  }

  @Test
  void changedByTheStoresThatAreNotPlain() {
    expectJoined(new Bulk(), new Link.Mix(1, 3), new Bulk());
  }

  /** Ordered stores, atomic changes and copies. */
  private static final class Bulk extends Link {
    @Override
    protected Outcome exec(Machine m) {
      HostMemory.putLongRelease(m.elsewhere, m.get(1) + 1);
      m.wide += m.get(0);
      m.wide += HostMemory.getAndAddLong(m.elsewhere + 8, 77) ^ m.get(1);
      HostMemory.copy(m.elsewhere, m.elsewhere + 16, 8);
      m.wide += m.get(2);
      return next.exec(m);
    }
  }

  @Test
  void keptByAMethodThatChangesNothing() {
    expectJoined(new Sum(), new Link.Add(1, 1), new Sum());
  }

  private static final class Sum extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.mode = 3;
      m.put(1, m.sum() + m.get(0) * m.mode);
      return next.exec(m);
    }
  }

  @Test
  void changedThroughAnUnknownAddress() {
    expectJoined(new Elsewhere(0, 8), new Elsewhere(2, 4), new Elsewhere(3, 2));
    expectJoined(new Elsewhere(1, 1), new Link.LeaveWhenOdd(1), new Elsewhere(1, 8));
  }

  private static final class Elsewhere extends Link {
    private final int register;
    private final int size;

    Elsewhere(int register, int size) {
      this.register = register;
      this.size = size;
    }

    @Override
    protected Outcome exec(Machine m) {
      long address = m.elsewhere + (register << 3);
      long old = m.get(register);
      if (size == 8) {
        HostMemory.putLong(address, old * 3);
      } else if (size == 4) {
        HostMemory.putInt(address, (int) old * 3);
      } else if (size == 2) {
        HostMemory.putShort(address, (short) (old * 3));
      } else {
        HostMemory.putByte(address, (byte) (old * 3));
      }
      m.wide = m.wide * 31 + (old ^ m.get(register));
      return next.exec(m);
    }
  }

  @Test
  void valuesTakenBeforeARegisterChanges() {
    expectJoined(
        new Exchange(0, 1), new ExchangeInside(1, 2), new Together(2, 3), new Together(0, 0));
  }

  private static final class Exchange extends Link {
    private final int a;
    private final int b;

    Exchange(int a, int b) {
      this.a = a;
      this.b = b;
    }

    @Override
    protected Outcome exec(Machine m) {
      long old = m.get(a);
      m.put(a, m.get(b));
      m.put(b, old);
      return next.exec(m);
    }
  }

  /** The same in a called method, with the results used late. */
  private static final class ExchangeInside extends Link {
    private final int a;
    private final int b;

    ExchangeInside(int a, int b) {
      this.a = a;
      this.b = b;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(b, m.exchange(a, m.get(b)));
      m.wide = m.exchange(a, m.get(a) + 1) - m.get(a) * 3 + m.exchange(b, m.get(a));
      return next.exec(m);
    }
  }

  /** Operands that wait on the stack while registers change. */
  private static final class Together extends Link {
    private final int a;
    private final int b;

    Together(int a, int b) {
      this.a = a;
      this.b = b;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.wide = combine(m.get(a), m.exchange(a, 5), m.get(a), m.exchange(b, m.get(a) + 1), m.get(b));
      m.wide += m.get(a) - after(m, a) * 3;
      m.wide ^= m.get(a) - unknown(m, a) * 3 + m.get(a);
      return next.exec(m);
    }

    private static long combine(long a, long b, long c, long d, long e) {
      long mixed = a * 31 + b;
      mixed = mixed * 31 + c;
      return (mixed * 31 + d) * 31 + e;
    }

    private static long after(Machine m, int register) {
      m.put(register, m.get(register) * 9);
      return m.get(register);
    }

    private static long unknown(Machine m, int register) {
      HostMemory.putLong(m.elsewhere + (register << 3), 99);
      return m.get(register);
    }
  }
}
