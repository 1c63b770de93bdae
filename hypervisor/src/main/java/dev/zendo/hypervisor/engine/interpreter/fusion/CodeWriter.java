package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Code under construction and its operand stack. What is known of a value is pushed without code;
 * code for it is written only when an instruction needs it on the JVM's stack. Not thread-safe.
 */
final class CodeWriter {
  final InsnList code = new InsnList();
  private final Chain chain;
  private final String owner;
  private final ClassFiles files;
  private final List<Object> objects = new ArrayList<>();
  private final List<Value> stack = new ArrayList<>();

  /** How many values at the bottom of the stack are computed; all above are not. */
  private int settled;

  private int nextLocal;

  /** Registers whose content is in their local variable as well; one bit each. */
  private int cached;

  /** Numbers in fields of the chain's argument. */
  private Map<String, Value> fields = Map.of();

  /** The last instruction, or types, of the object before. */
  private AbstractInsnNode previous;

  /** Code for a class of a chain. */
  CodeWriter(Chain chain, ClassFiles files) {
    this.chain = chain;
    this.owner = chain.fusedName();
    this.files = files;
  }

  /** A point to which the code can be taken back. */
  static final class Mark {
    private AbstractInsnNode last;
    private List<Value> stack;
    private int settled;
    private int nextLocal;
    private Map<String, Value> fields;
    private int cached;
  }

  Mark mark() {
    Mark mark = new Mark();
    mark.last = code.getLast();
    mark.stack = List.copyOf(stack);
    mark.settled = settled;
    mark.nextLocal = nextLocal;
    mark.fields = fields;
    mark.cached = cached;
    return mark;
  }

  void reset(Mark mark) {
    while (code.getLast() != mark.last) {
      code.remove(code.getLast());
    }
    stack(mark.stack);
    settled = mark.settled;
    nextLocal = mark.nextLocal;
    fields = mark.fields;
    cached = mark.cached;
  }

  /** Begins the code of another object, which uses local variables below {@code firstFree}. */
  void begin(int firstFree) {
    nextLocal = firstFree;
    previous = beforeLabels();
  }

  int newLocal(char type) {
    int index = nextLocal;
    nextLocal += Value.slots(type);
    return index;
  }

  // The operand stack.

  int depth() {
    return stack.size();
  }

  Value top() {
    return peek(0);
  }

  /** The value that many places below the top. */
  Value peek(int below) {
    return stack.get(stack.size() - 1 - below);
  }

  void push(Value value) {
    if (value.kind == Value.Kind.COMPUTED) {
      if (settled < stack.size()) {
        throw new IllegalStateException("computed before what is below it");
      }
      settled++;
    }
    stack.add(value);
  }

  /** Takes the top away; if it was computed the next instruction written must consume it. */
  Value pop() {
    Value value = stack.remove(stack.size() - 1);
    settled = Math.min(settled, stack.size());
    return value;
  }

  /**
   * Makes the stack one that several paths can have in common: all computed, and nothing known.
   *
   * @return the stack
   */
  List<Value> forget() {
    settle();
    stack.replaceAll(value -> Value.computed(value.type));
    return List.copyOf(stack);
  }

  /** Continues with another stack, all computed. */
  void resume(List<Value> other) {
    stack(other);
    settled = stack.size();
  }

  private void stack(List<Value> other) {
    stack.clear();
    stack.addAll(other);
  }

  /** Writes code for all values that are not computed yet. */
  void settle() {
    for (int i = settled; i < stack.size(); i++) {
      Value value = stack.get(i);
      load(value);
      stack.set(i, value.settled());
    }
    settled = stack.size();
  }

  /** Before a local variable changes: writes code for values that are still in it. */
  void settleUsesOf(int local) {
    for (int i = settled; i < stack.size(); i++) {
      if (stack.get(i).kind == Value.Kind.LOCAL && stack.get(i).local == local) {
        settle();
      }
    }
  }

  /** Moves the top to a local variable of its own unless it can be had again at any time. */
  Value popToReusable() {
    Value value = pop();
    if (value.kind != Value.Kind.COMPUTED) {
      return isRegister(value) ? copy(value) : value;
    }
    if (value.known() != value) {
      code.add(new InsnNode(value.slots() == 2 ? Opcodes.POP2 : Opcodes.POP));
      return value.known();
    }
    int local = newLocal(value.type);
    code.add(new VarInsnNode(Value.opcode(Opcodes.ISTORE, value.type), local));
    return Value.local(value.type, local);
  }

  /** Writes an instruction that takes {@code arity} values; its result is not pushed. */
  void consume(AbstractInsnNode instruction, int arity) {
    settle();
    for (int i = 0; i < arity; i++) {
      pop();
    }
    code.add(instruction);
  }

  private Value copy(Value value) {
    load(value);
    int local = newLocal(value.type);
    code.add(new VarInsnNode(Value.opcode(Opcodes.ISTORE, value.type), local));
    return Value.local(value.type, local);
  }

  // Registers.

  /** First local variable after those of the registers. */
  int firstLocal() {
    return 2 + 2 * chain.registers.count();
  }

  /** The local variable of a register. */
  static int home(int register) {
    return 2 + 2 * register;
  }

  private boolean isRegister(Value value) {
    return value.kind == Value.Kind.LOCAL && value.local >= 2 && value.local < firstLocal();
  }

  boolean isCached(int register) {
    return (cached & 1 << register) != 0;
  }

  void setCached(int register) {
    cached |= 1 << register;
  }

  /** Registers whose local variables hold their content; one bit each. */
  int cached() {
    return cached;
  }

  void cached(int registers) {
    cached = registers;
  }

  // Fields of the chain's argument.

  /** The number in a field; null when it is not known. */
  Value field(String name) {
    return fields.get(name);
  }

  /** Numbers in all fields, as far as they are known. */
  Map<String, Value> fields() {
    return fields;
  }

  void fields(Map<String, Value> known) {
    fields = known;
  }

  /** Notes what was stored to a field. */
  void field(String name, Value value) {
    fields = new HashMap<>(fields);
    if (value.kind == Value.Kind.NUMBER) {
      fields.put(name, value);
    } else {
      fields.remove(name);
    }
  }

  // Instructions.

  private void load(Value value) {
    switch (value.kind) {
      case NUMBER:
        code.add(value.isInt() ? number(value.asInt()) : number(value.asLong()));
        break;
      case OBJECT:
        code.add(object(value.constant));
        break;
      case LOCAL:
        code.add(new VarInsnNode(Value.opcode(Opcodes.ILOAD, value.type), value.local));
        break;
      case ADDRESS:
        address(value.local);
        break;
      default:
        throw new Unfusible("the link is used for more than the continuation");
    }
  }

  private void address(int offset) {
    code.add(new VarInsnNode(Opcodes.ALOAD, 1));
    code.add(new FieldInsnNode(Opcodes.GETFIELD, chain.argument, chain.registers.field(), "J"));
    if (offset != 0) {
      code.add(number((long) offset));
      code.add(new InsnNode(Opcodes.LADD));
    }
  }

  private static AbstractInsnNode number(int value) {
    if (value >= -1 && value <= 5) {
      return new InsnNode(Opcodes.ICONST_0 + value);
    }
    if (value == (byte) value) {
      return new IntInsnNode(Opcodes.BIPUSH, value);
    }
    return value == (short) value ? new IntInsnNode(Opcodes.SIPUSH, value) : new LdcInsnNode(value);
  }

  private static AbstractInsnNode number(long value) {
    return value == 0 || value == 1
        ? new InsnNode(Opcodes.LCONST_0 + (int) value)
        : new LdcInsnNode(value);
  }

  /** Loads a known object, from a static field of the class. */
  AbstractInsnNode object(Object object) {
    int index = 0;
    while (index < objects.size() && objects.get(index) != object) {
      index++;
    }
    if (index == objects.size()) {
      objects.add(object);
    }
    return new FieldInsnNode(Opcodes.GETSTATIC, owner, fieldName(index), fieldType(object));
  }

  static String fieldName(int index) {
    return "object" + index;
  }

  String fieldType(Object object) {
    return Type.getDescriptor(files.nameable(object.getClass()));
  }

  /** The known objects that the code uses, in the order of their fields. */
  List<Object> objects() {
    return objects;
  }

  /** Places a label; jumps to it from directly before are taken away. Returns how many. */
  int place(LabelNode label) {
    int removed = 0;
    while (code.getLast() instanceof JumpInsnNode
        && code.getLast().getOpcode() == Opcodes.GOTO
        && ((JumpInsnNode) code.getLast()).label == label) {
      code.remove(code.getLast());
      removed++;
    }
    code.add(label);
    return removed;
  }

  /**
   * Writes the types at a label; where there are such already the later ones hold. Where an
   * object's code begins there are always such, and no local variables yet.
   */
  void frame(List<Object> parameters, Object[] stackTypes) {
    AbstractInsnNode before = beforeLabels();
    if (before == previous && (before == null || before instanceof FrameNode)) {
      return;
    }
    if (before instanceof FrameNode) {
      code.remove(before);
    }
    Object[] locals = withRegisters(parameters);
    code.add(new FrameNode(Opcodes.F_NEW, locals.length, locals, stackTypes.length, stackTypes));
  }

  /** What was written last, labels aside. */
  private AbstractInsnNode beforeLabels() {
    AbstractInsnNode last = code.getLast();
    while (last instanceof LabelNode) {
      last = last.getPrevious();
    }
    return last;
  }

  /** Inserts the types of the registers' local variables behind those of the two parameters. */
  private Object[] withRegisters(List<Object> locals) {
    List<Object> all = new ArrayList<>(locals.subList(0, 2));
    for (int i = 0; i < chain.registers.count(); i++) {
      if (isCached(i)) {
        all.add(Opcodes.LONG);
      } else {
        all.add(Opcodes.TOP);
        all.add(Opcodes.TOP);
      }
    }
    all.addAll(locals.subList(2, locals.size()));
    return all.toArray();
  }
}
