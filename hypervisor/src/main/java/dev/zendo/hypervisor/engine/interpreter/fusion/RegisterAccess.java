package dev.zendo.hypervisor.engine.interpreter.fusion;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Calls that use registers in raw memory. A register that was loaded or stored stays in a local
 * variable too, so that it need not be loaded again; stores go to memory as well, which therefore
 * holds all registers at any time.
 */
final class RegisterAccess {
  private final CodeWriter out;
  private final Chain.Registers registers;

  RegisterAccess(CodeWriter out, Chain.Registers registers) {
    this.out = out;
    this.registers = registers;
  }

  /**
   * Writes a call if it loads or stores a register; its arguments are on the stack. Of other calls
   * it only notes what they may change.
   */
  boolean write(MethodInsnNode call) {
    if (!call.owner.equals(registers.accessName())) {
      return false;
    }
    int size = size(call.name.substring(Math.min(3, call.name.length())));
    if (size > 0 && call.name.startsWith("get") && isRegister(out.top().known(), size)) {
      load(size, out.popToReusable().local);
      return true;
    }
    if (size > 0 && call.name.startsWith("put")) {
      Value address = out.peek(1).known();
      if (isRegister(address, size)) {
        store(size);
        return true;
      }
      if (mayBeRegister(address, size)) {
        out.cached(0);
      }
    } else if (!isLoad(call.name)) {
      out.cached(0);
    }
    return false;
  }

  private static boolean isLoad(String name) {
    return name.startsWith("get") && !name.startsWith("getAnd");
  }

  private static int size(String type) {
    switch (type) {
      case "Byte":
        return 1;
      case "Short":
        return 2;
      case "Int":
        return 4;
      case "Long":
        return 8;
      default:
        return 0;
    }
  }

  private boolean isRegister(Value address, int size) {
    return address.kind == Value.Kind.ADDRESS
        && address.local >= 0
        && address.local < 8 * registers.count()
        && (address.local & 7) + size <= 8;
  }

  /** Whether some of the bytes at an address may belong to registers. */
  private boolean mayBeRegister(Value address, int size) {
    return address.kind != Value.Kind.ADDRESS
        || address.local + size > 0 && address.local < 8 * registers.count();
  }

  private void load(int size, int offset) {
    int register = offset >> 3;
    if (!out.isCached(register)) {
      out.push(Value.address(offset & ~7));
      out.consume(access("getLong", "(J)J"), 1);
      out.code.add(new VarInsnNode(Opcodes.LSTORE, CodeWriter.home(register)));
      out.setCached(register);
    }
    out.push(Value.local('J', CodeWriter.home(register)));
    if (size < 8) {
      narrow(size, 8 * (offset & 7));
    }
  }

  private void narrow(int size, int shift) {
    if (shift > 0) {
      out.push(Value.of(shift));
      out.consume(new InsnNode(Opcodes.LUSHR), 2);
      out.push(Value.computed('J'));
    }
    out.consume(new InsnNode(Opcodes.L2I), 1);
    out.push(Value.computed('I'));
    if (size < 4) {
      out.consume(new InsnNode(size == 1 ? Opcodes.I2B : Opcodes.I2S), 1);
      out.push(Value.computed('I'));
    }
  }

  private void store(int size) {
    Value value = out.popToReusable();
    int offset = out.popToReusable().local;
    int register = offset >> 3;
    int home = CodeWriter.home(register);
    out.settleUsesOf(home);
    if (size == 8) {
      out.push(value);
    } else {
      merge(size, offset, value);
    }
    out.consume(new VarInsnNode(Opcodes.LSTORE, home), 1);
    out.setCached(register);
    out.push(Value.address(offset & ~7));
    out.push(Value.local('J', home));
    out.consume(access("putLong", "(JJ)V"), 2);
  }

  /** Pushes the register with some of its bytes replaced by an int's. */
  private void merge(int size, int offset, Value value) {
    long mask = (1L << 8 * size) - 1;
    int shift = 8 * (offset & 7);
    load(8, offset & ~7);
    out.push(Value.of(~(mask << shift)));
    compute(Opcodes.LAND);
    out.push(value);
    out.consume(new InsnNode(Opcodes.I2L), 1);
    out.push(Value.computed('J'));
    out.push(Value.of(mask));
    compute(Opcodes.LAND);
    if (shift > 0) {
      out.push(Value.of(shift));
      compute(Opcodes.LSHL);
    }
    compute(Opcodes.LOR);
  }

  private void compute(int opcode) {
    out.consume(new InsnNode(opcode), 2);
    out.push(Value.computed('J'));
  }

  private MethodInsnNode access(String name, String descriptor) {
    return new MethodInsnNode(Opcodes.INVOKESTATIC, registers.accessName(), name, descriptor);
  }
}
