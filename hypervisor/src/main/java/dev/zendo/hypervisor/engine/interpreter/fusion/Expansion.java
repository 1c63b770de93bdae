package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** A called method, written in place of its call; only where that leaves no jumps. */
final class Expansion extends Specialiser {
  /** Instructions looked at, after which a method counts as too large. */
  private static final int MAX_STEPS = 200;

  private final Map<Integer, Value> locals = new HashMap<>();

  Expansion(Specialiser caller, int depth) {
    super(caller.out, caller.files, caller.chain, caller.self, depth);
  }

  /** Writes the method's code; its result, if any, is pushed. */
  void write(Method method, Value[] arguments) {
    String descriptor = Type.getMethodDescriptor(method);
    MethodNode body = files.body(method.getDeclaringClass(), method.getName(), descriptor);
    if (!isPlain(body)) {
      throw new Unfusible("body of " + method);
    }
    int index = 0;
    for (Value argument : arguments) {
      locals.put(index, argument);
      index += argument.slots();
    }
    follow(body);
  }

  private void follow(MethodNode body) {
    AbstractInsnNode at = body.instructions.getFirst();
    for (int step = 0; step < MAX_STEPS; step++) {
      int opcode = at.getOpcode();
      if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
        return;
      }
      if (isJump(at)) {
        at = decide(at);
        if (at == null) {
          throw new Unfusible("a jump is left");
        }
      } else {
        if (opcode >= 0) {
          write(at);
        }
        at = at.getNext();
      }
    }
    throw new Unfusible("too large");
  }

  @Override
  Value local(char type, int index) {
    return locals.get(index);
  }

  @Override
  void store(char type, int index) {
    locals.put(index, out.popToReusable());
  }
}
