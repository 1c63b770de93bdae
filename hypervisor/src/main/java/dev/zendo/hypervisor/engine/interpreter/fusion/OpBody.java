package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** The chain's method of one object, written behind what is there already. */
final class OpBody extends Specialiser {
  private final String owner;
  private final Map<LabelNode, LabelNode> labels = new HashMap<>();

  /** Labels that were met, in live code or not. */
  private final Set<LabelNode> passed = new HashSet<>();

  /** What is known at labels that live code jumps to. */
  private final Map<LabelNode, State> reached = new HashMap<>();

  private final LabelNode end = new LabelNode();
  private int jumpsToEnd;
  private State atEnd;
  private boolean live = true;

  OpBody(CodeWriter out, ClassFiles files, Chain chain, Object self) {
    super(out, files, chain, self, 0);
    this.owner = chain.fusedName();
  }

  /** Writes the object's code; returns whether it goes on to the next object. */
  boolean write() {
    MethodNode body = files.body(self.getClass(), chain.method, chain.descriptor);
    if (body == null || !isPlain(body)) {
      throw new Unfusible("method of " + self.getClass());
    }
    out.begin(shifted(body.maxLocals));
    for (AbstractInsnNode at : body.instructions) {
      if (at instanceof LabelNode label) {
        arrive(label, at.getNext());
      } else if (at instanceof FrameNode types) {
        frame(types);
      } else if (live && at.getOpcode() >= 0) {
        instruction(at);
      }
    }
    return finish();
  }

  private void instruction(AbstractInsnNode at) {
    int opcode = at.getOpcode();
    if (isJump(at)) {
      jump(at);
    } else if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
      finishPath();
    } else if (opcode == Opcodes.ATHROW) {
      out.consume(new InsnNode(opcode), 1);
      live = false;
    } else {
      write(at);
    }
  }

  // Labels and frames.

  private void arrive(LabelNode label, AbstractInsnNode next) {
    passed.add(label);
    State state = reached.get(label);
    if (live && (state != null || next instanceof FrameNode || next instanceof LabelNode)) {
      state = State.join(state, out);
    }
    if (state != null) {
      state.resume(out);
      live = true;
    }
    if (live) {
      out.place(clone(label));
    }
  }

  private LabelNode clone(LabelNode label) {
    return labels.computeIfAbsent(label, key -> new LabelNode());
  }

  private void frame(FrameNode frame) {
    if (!live) {
      return;
    }
    Object[] locals = nameable(frame.local);
    locals[0] = owner;
    out.frame(Arrays.asList(locals), nameable(frame.stack));
  }

  /** Types of a frame, with the object's own class as others know it. */
  private Object[] nameable(List<Object> types) {
    String own = files.fileName(self.getClass());
    String known = Type.getInternalName(files.nameable(self.getClass()));
    return types.stream().map(type -> type.equals(own) ? known : type).toArray();
  }

  // Jumps and returns.

  private void jump(AbstractInsnNode at) {
    AbstractInsnNode target = decide(at);
    if (target == null) {
      conditional(at);
    } else if (target != at.getNext()) {
      reach((LabelNode) target);
      out.code.add(new JumpInsnNode(Opcodes.GOTO, clone((LabelNode) target)));
      live = false;
    }
  }

  private void conditional(AbstractInsnNode at) {
    if (isSwitch(at)) {
      switchJump(at);
      return;
    }
    JumpInsnNode jump = (JumpInsnNode) at;
    int opcode = jump.getOpcode();
    boolean two = opcode >= Opcodes.IF_ICMPEQ && opcode <= Opcodes.IF_ACMPNE;
    out.consume(new JumpInsnNode(opcode, clone(jump.label)), two ? 2 : 1);
    reach(jump.label);
  }

  private void switchJump(AbstractInsnNode at) {
    Map<LabelNode, LabelNode> targets = new HashMap<>();
    for (LabelNode label : switchLabels(at)) {
      targets.put(label, clone(label));
    }
    out.consume(at.clone(targets), 1);
    targets.keySet().forEach(this::reach);
    live = false;
  }

  private static List<LabelNode> switchLabels(AbstractInsnNode at) {
    List<LabelNode> all = new ArrayList<>();
    if (at instanceof TableSwitchInsnNode table) {
      all.addAll(table.labels);
      all.add(table.dflt);
    } else {
      all.addAll(((LookupSwitchInsnNode) at).labels);
      all.add(((LookupSwitchInsnNode) at).dflt);
    }
    return all;
  }

  private void reach(LabelNode label) {
    if (passed.contains(label)) {
      throw new Unfusible("a loop");
    }
    reached.put(label, State.join(reached.get(label), out));
  }

  private void finishPath() {
    if (out.top().kind == Value.Kind.CONTINUATION) {
      out.pop();
      if (out.depth() > 0) {
        throw new Unfusible("a value is left");
      }
      atEnd = State.join(atEnd, out);
      out.code.add(new JumpInsnNode(Opcodes.GOTO, end));
      jumpsToEnd++;
    } else {
      out.consume(new InsnNode(Opcodes.ARETURN), 1);
    }
    live = false;
  }

  private boolean finish() {
    if (jumpsToEnd == 0) {
      return false;
    }
    atEnd.resume(out);
    jumpsToEnd -= out.place(end);
    if (jumpsToEnd > 0) {
      out.frame(List.of(owner, chain.argument), new Object[0]);
    }
    return true;
  }

  // Local variables.

  @Override
  Value local(char type, int index) {
    return index == 0 ? Value.object(self) : Value.local(type, shifted(index));
  }

  @Override
  void store(char type, int index) {
    if (index < 2) {
      throw new Unfusible("stores to a parameter");
    }
    int local = shifted(index);
    out.settleUsesOf(local);
    out.consume(new VarInsnNode(Value.opcode(Opcodes.ISTORE, type), local), 1);
  }

  /** The method's local variables lie behind those of the registers. */
  private int shifted(int index) {
    return index < 2 ? index : index - 2 + out.firstLocal();
  }
}
