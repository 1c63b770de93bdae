package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** Joins runs of a chain's objects. Not thread-safe. */
public final class Fuser {
  /** Shorter runs gain nothing. */
  private static final int MIN_RUN = 3;

  /** Instructions of a method; the JVM does not compile methods of more than 8000 bytes. */
  private static final int MAX_CODE = 2500;

  private final Chain chain;
  private final ClassFiles files;

  /** Joins objects of one kind of chain. */
  public Fuser(Chain chain) {
    this.chain = chain;
    this.files = new ClassFiles(chain.baseClass());
  }

  /** A run of objects and the object that does the same in one step. */
  public static final class Run {
    /** Index of the first object that is replaced. */
    public final int start;

    /** What stands for it and those behind it. */
    public final Object fused;

    Run(int start, Object fused) {
      this.start = start;
      this.fused = fused;
    }
  }

  /** The runs that can be joined, in order; objects between them are called as before. */
  public List<Run> fuse(List<?> objects) {
    List<Part> parts = new ArrayList<>();
    int start = 0;
    while (start < objects.size()) {
      CodeWriter out = new CodeWriter(chain, files);
      int end = start;
      boolean open = true;
      while (open && end < objects.size() && out.code.size() < MAX_CODE) {
        CodeWriter.Mark mark = out.mark();
        try {
          open = new OpBody(out, files, chain, objects.get(end)).write();
          end++;
        } catch (Unfusible e) {
          out.reset(mark);
          break;
        }
      }
      if (end - start >= MIN_RUN) {
        parts.add(new Part(start, end, open, out));
      }
      start = Math.max(end, start + 1);
    }
    return finish(parts, objects);
  }

  /** Code for the objects from {@code start} up to {@code end}, which may go on behind them. */
  private record Part(int start, int end, boolean open, CodeWriter out) {}

  /** From the last to the first, so that what was made of the next part can be called. */
  private List<Run> finish(List<Part> parts, List<?> objects) {
    List<Run> runs = new ArrayList<>();
    for (int i = parts.size() - 1; i >= 0; i--) {
      Part part = parts.get(i);
      if (part.open) {
        boolean meets = !runs.isEmpty() && runs.get(0).start == part.end;
        callNext(part.out, meets ? runs.get(0).fused : objects.get(part.end));
      }
      runs.add(0, new Run(part.start, new FusedClass(chain, part.out).instantiate()));
    }
    return runs;
  }

  private void callNext(CodeWriter out, Object next) {
    out.push(Value.object(next));
    out.push(Value.local('A', 1));
    out.consume(
        new MethodInsnNode(Opcodes.INVOKEVIRTUAL, chain.base, chain.method, chain.descriptor), 2);
    out.code.add(new InsnNode(Opcodes.ARETURN));
  }
}
