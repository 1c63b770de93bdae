package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Writes the instructions of one method for arguments of which something is known. Numbers in the
 * fields of a known object are taken as constants, which holds for ops once they are published.
 * Subclasses say what jumps, returns and local variables become. Not thread-safe.
 */
abstract class Specialiser {
  /** Calls inside calls that are expanded. */
  private static final int MAX_DEPTH = 8;

  final CodeWriter out;
  final ClassFiles files;
  final Chain chain;

  /** The object whose method is fused; it stands for its class where that cannot be named. */
  final Object self;

  private final int depth;

  Specialiser(CodeWriter out, ClassFiles files, Chain chain, Object self, int depth) {
    this.out = out;
    this.files = files;
    this.chain = chain;
    this.self = self;
    this.depth = depth;
  }

  /** Where a local variable of the method is now. */
  abstract Value local(char type, int index);

  /** Stores the top to a local variable of the method. */
  abstract void store(char type, int index);

  /** Whether a method is nothing but its code. */
  static boolean isPlain(MethodNode method) {
    return method.instructions.size() > 0
        && method.tryCatchBlocks.isEmpty()
        && (method.access & Opcodes.ACC_SYNCHRONIZED) == 0;
  }

  /** Writes an instruction that neither jumps nor returns. */
  final void write(AbstractInsnNode instruction) {
    int opcode = instruction.getOpcode();
    if (Arithmetic.arity(opcode) > 0) {
      compute(opcode);
    } else if (opcode >= Opcodes.ILOAD && opcode <= Opcodes.ALOAD) {
      char type = Value.typeOf(opcode, Opcodes.ILOAD);
      out.push(local(type, ((VarInsnNode) instruction).var));
    } else if (opcode >= Opcodes.ISTORE && opcode <= Opcodes.ASTORE) {
      store(Value.typeOf(opcode, Opcodes.ISTORE), ((VarInsnNode) instruction).var);
    } else if (!writeConstant(instruction) && !writeStack(opcode)) {
      writeAccess(instruction);
    }
  }

  private boolean writeConstant(AbstractInsnNode instruction) {
    int opcode = instruction.getOpcode();
    if (opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5) {
      out.push(Value.of(opcode - Opcodes.ICONST_0));
    } else if (opcode == Opcodes.LCONST_0 || opcode == Opcodes.LCONST_1) {
      out.push(Value.of((long) (opcode - Opcodes.LCONST_0)));
    } else if (opcode == Opcodes.BIPUSH || opcode == Opcodes.SIPUSH) {
      out.push(Value.of(((IntInsnNode) instruction).operand));
    } else if (opcode == Opcodes.LDC) {
      pushNumber(((LdcInsnNode) instruction).cst);
    } else {
      return false;
    }
    return true;
  }

  private void pushNumber(Object number) {
    if (number instanceof Integer value) {
      out.push(Value.of(value));
    } else if (number instanceof Long value) {
      out.push(Value.of(value));
    } else {
      throw new Unfusible("constant " + number);
    }
  }

  private boolean writeStack(int opcode) {
    switch (opcode) {
      case Opcodes.DUP:
        duplicate();
        return true;
      case Opcodes.POP:
        drop(opcode);
        return true;
      case Opcodes.POP2:
        if (out.top().slots() == 1) {
          throw new Unfusible("pops two values");
        }
        drop(opcode);
        return true;
      default:
        return false;
    }
  }

  private void duplicate() {
    if (out.top().kind == Value.Kind.COMPUTED) {
      out.code.add(new InsnNode(Opcodes.DUP));
    }
    out.push(out.top());
  }

  private void drop(int opcode) {
    if (out.top().kind == Value.Kind.COMPUTED) {
      out.consume(new InsnNode(opcode), 1);
    } else {
      out.pop();
    }
  }

  private void compute(int opcode) {
    if (opcode == Opcodes.LADD && addToAddress()) {
      return;
    }
    int arity = Arithmetic.arity(opcode);
    Value known;
    if (arity == 1) {
      known = Arithmetic.fold(opcode, out.top());
    } else if (isZero(out.top()) && Arithmetic.isNeutralZero(opcode)) {
      out.pop();
      return;
    } else {
      known = Arithmetic.fold(opcode, out.peek(1), out.top());
    }
    if (known == null) {
      out.consume(new InsnNode(opcode), arity);
      out.push(Value.computed(Arithmetic.result(opcode)));
      return;
    }
    for (int i = 0; i < arity; i++) {
      out.pop();
    }
    out.push(known);
  }

  private boolean addToAddress() {
    if (out.peek(1).kind != Value.Kind.ADDRESS || !out.top().isLong()) {
      return false;
    }
    long offset = out.pop().asLong();
    out.push(Value.address((int) (out.pop().local + offset)));
    return true;
  }

  private static boolean isZero(Value value) {
    return value.kind == Value.Kind.NUMBER && ((Number) value.constant).longValue() == 0;
  }

  private void writeAccess(AbstractInsnNode instruction) {
    switch (instruction.getOpcode()) {
      case Opcodes.GETFIELD:
        getField((FieldInsnNode) instruction);
        break;
      case Opcodes.PUTFIELD:
        putField((FieldInsnNode) instruction);
        break;
      case Opcodes.GETSTATIC:
        getStatic((FieldInsnNode) instruction);
        break;
      case Opcodes.INVOKESTATIC:
      case Opcodes.INVOKEVIRTUAL:
      case Opcodes.INVOKESPECIAL:
        call((MethodInsnNode) instruction);
        break;
      case Opcodes.CHECKCAST:
        cast(((TypeInsnNode) instruction).desc);
        break;
      default:
        throw new Unfusible("instruction " + instruction.getOpcode());
    }
  }

  private void cast(String type) {
    if (ClassFiles.isOurs(type) && files.nameable(owner(type)) != owner(type)) {
      throw new Unfusible("a cast to " + type);
    }
    out.consume(new TypeInsnNode(Opcodes.CHECKCAST, type), 1);
    out.push(Value.computed('A'));
  }

  // Fields.

  private void getField(FieldInsnNode instruction) {
    Value object = out.top();
    if (isArgument(object) && instruction.name.equals(chain.registers.field())) {
      out.pop();
      out.push(Value.address(0));
      return;
    }
    if (object.kind == Value.Kind.OBJECT) {
      if (instruction.name.equals(chain.link)) {
        out.pop();
        out.push(Value.LINK);
        return;
      }
      Field field = files.field(owner(instruction.owner), instruction.name);
      if (field.getType().isPrimitive() && !field.isAnnotationPresent(Varying.class)) {
        out.pop();
        out.push(known(field, object.constant));
        return;
      }
    }
    if (isArgument(object) && out.field(instruction.name) != null) {
      out.pop();
      out.push(out.field(instruction.name));
      return;
    }
    out.consume(nameable(instruction), 1);
    out.push(Value.computed(Value.letter(Type.getType(instruction.desc))));
  }

  private void putField(FieldInsnNode instruction) {
    Value value = out.top();
    boolean argument = isArgument(out.peek(1));
    out.consume(nameable(instruction), 2);
    if (argument) {
      out.field(instruction.name, value);
    } else {
      out.fields(Map.of());
    }
  }

  private static boolean isArgument(Value value) {
    return value.kind == Value.Kind.LOCAL && value.local == 1;
  }

  private void getStatic(FieldInsnNode instruction) {
    if (ClassFiles.isOurs(instruction.owner)) {
      Field field = files.field(owner(instruction.owner), instruction.name);
      if (field.getType().isPrimitive() && Modifier.isFinal(field.getModifiers())) {
        out.push(known(field, null));
        return;
      }
    }
    out.consume(nameable(instruction), 0);
    out.push(Value.computed(Value.letter(Type.getType(instruction.desc))));
  }

  private static Value known(Field field, Object object) {
    try {
      Object value = field.get(object);
      if (value instanceof Long number) {
        return Value.of(number);
      }
      if (value instanceof Boolean bit) {
        return Value.of(bit ? 1 : 0);
      }
      if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
        return Value.of(((Number) value).intValue());
      }
      throw new Unfusible("field " + field);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The instruction with a class that the code can name. */
  private FieldInsnNode nameable(FieldInsnNode instruction) {
    if (!ClassFiles.isOurs(instruction.owner)) {
      return (FieldInsnNode) instruction.clone(null);
    }
    Class<?> owner = files.nameable(owner(instruction.owner));
    Field field = files.field(owner, instruction.name);
    if (field == null || !files.isAccessible(field)) {
      throw new Unfusible("field " + instruction.name);
    }
    return new FieldInsnNode(
        instruction.getOpcode(), Type.getInternalName(owner), instruction.name, instruction.desc);
  }

  // Calls.

  /** The class that an instruction names, which is a hidden one if that is what {@code self} is. */
  private Class<?> owner(String name) {
    return name.equals(files.fileName(self.getClass())) ? self.getClass() : files.named(name);
  }

  private void call(MethodInsnNode instruction) {
    if (!ClassFiles.isOurs(instruction.owner)) {
      writeCall(instruction, instruction.owner);
      return;
    }
    if (new RegisterAccess(out, chain.registers).write(instruction)) {
      return;
    }
    Type[] arguments = Type.getArgumentTypes(instruction.desc);
    boolean instance = instruction.getOpcode() != Opcodes.INVOKESTATIC;
    Value receiver = instance ? out.peek(arguments.length) : null;
    if (instance && receiver.kind == Value.Kind.LINK) {
      continueChain(instruction);
      return;
    }
    Class<?> from = owner(instruction.owner);
    Method method = files.method(from, instruction.name, instruction.desc);
    if (method == null) {
      throw new Unfusible("an interface's method " + instruction.name);
    }
    boolean exact = isExact(instruction, method, from);
    if (!exact && receiver.known().constant != null) {
      from = receiver.known().constant.getClass();
      method = files.method(from, instruction.name, instruction.desc);
      exact = true;
    }
    if (exact && depth < MAX_DEPTH && expand(method, arguments, instance)) {
      return;
    }
    Class<?> nameable = files.nameable(from);
    Method visible = files.method(nameable, instruction.name, instruction.desc);
    if (visible == null || !files.isAccessible(visible)) {
      throw new Unfusible("method " + method);
    }
    writeCall(instruction, Type.getInternalName(nameable));
    forgetAfter(visible);
  }

  /** Whether no subclass can have another method in the place of the one that is named. */
  private static boolean isExact(MethodInsnNode instruction, Method method, Class<?> owner) {
    int modifiers = method.getModifiers();
    return instruction.getOpcode() != Opcodes.INVOKEVIRTUAL
        || Modifier.isPrivate(modifiers)
        || Modifier.isFinal(modifiers | owner.getModifiers());
  }

  private void forgetAfter(Method called) {
    if (called.getDeclaringClass() != chain.registers.access()
        && !called.isAnnotationPresent(Preserves.class)) {
      out.fields(Map.of());
      out.cached(0);
    }
  }

  /** The call of the next object's method stands for what comes behind this object's code. */
  private void continueChain(MethodInsnNode instruction) {
    boolean same =
        instruction.name.equals(chain.method) && instruction.desc.equals(chain.descriptor);
    Value argument = out.pop();
    if (!same || !isArgument(argument)) {
      throw new Unfusible("the link is used for more than the continuation");
    }
    out.pop();
    out.push(Value.CONTINUATION);
  }

  private boolean expand(Method method, Type[] arguments, boolean instance) {
    CodeWriter.Mark mark = out.mark();
    try {
      Value[] values = new Value[arguments.length + (instance ? 1 : 0)];
      for (int i = values.length - 1; i >= 0; i--) {
        values[i] = out.popToReusable();
      }
      new Expansion(this, depth + 1).write(method, values);
      return true;
    } catch (Unfusible e) {
      out.reset(mark);
      return false;
    }
  }

  private void writeCall(MethodInsnNode instruction, String owner) {
    int arity = Type.getArgumentTypes(instruction.desc).length;
    int opcode = instruction.getOpcode();
    if (opcode == Opcodes.INVOKESPECIAL) {
      throw new Unfusible("a call past the object's class");
    }
    boolean instance = opcode != Opcodes.INVOKESTATIC;
    out.consume(
        new MethodInsnNode(opcode, owner, instruction.name, instruction.desc, instruction.itf),
        arity + (instance ? 1 : 0));
    Type result = Type.getReturnType(instruction.desc);
    if (result.getSort() != Type.VOID) {
      out.push(Value.computed(Value.letter(result)));
    }
  }

  // Jumps.

  /** Where a jump or switch goes; null when that is not known. Takes its operand if it is. */
  final AbstractInsnNode decide(AbstractInsnNode instruction) {
    int opcode = instruction.getOpcode();
    if (opcode == Opcodes.GOTO) {
      return ((JumpInsnNode) instruction).label;
    }
    if (!out.top().isInt()) {
      return null;
    }
    if (opcode == Opcodes.TABLESWITCH) {
      return tableTarget((TableSwitchInsnNode) instruction, out.pop().asInt());
    }
    if (opcode == Opcodes.LOOKUPSWITCH) {
      return lookupTarget((LookupSwitchInsnNode) instruction, out.pop().asInt());
    }
    LabelNode target = ((JumpInsnNode) instruction).label;
    if (opcode <= Opcodes.IFLE) {
      return Arithmetic.jumps(opcode, out.pop().asInt()) ? target : instruction.getNext();
    }
    if (opcode > Opcodes.IF_ICMPLE || !out.peek(1).isInt()) {
      return null;
    }
    int b = out.pop().asInt();
    return Arithmetic.jumps(opcode, out.pop().asInt(), b) ? target : instruction.getNext();
  }

  private static LabelNode tableTarget(TableSwitchInsnNode table, int value) {
    return value < table.min || value > table.max
        ? table.dflt
        : table.labels.get(value - table.min);
  }

  private static LabelNode lookupTarget(LookupSwitchInsnNode table, int value) {
    int index = table.keys.indexOf(value);
    return index < 0 ? table.dflt : table.labels.get(index);
  }

  static boolean isJump(AbstractInsnNode instruction) {
    return instruction instanceof JumpInsnNode || isSwitch(instruction);
  }

  static boolean isSwitch(AbstractInsnNode instruction) {
    return instruction instanceof TableSwitchInsnNode
        || instruction instanceof LookupSwitchInsnNode;
  }
}
