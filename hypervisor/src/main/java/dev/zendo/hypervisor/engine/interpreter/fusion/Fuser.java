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
    List<Run> runs = new ArrayList<>();
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
        if (open) {
          callNext(out, objects.get(end));
        }
        runs.add(new Run(start, new FusedClass(chain, out).instantiate()));
      }
      start = Math.max(end, start + 1);
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
