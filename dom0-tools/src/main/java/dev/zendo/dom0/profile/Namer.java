package dev.zendo.dom0.profile;

import dev.zendo.dom0.image.Symbols;
import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.trace.Sample;
import dev.zendo.hypervisor.trace.Tracer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Turns the addresses of samples into names for people. Immutable. */
public final class Namer {
  private static final long PAGE = 4096;

  private final List<Symbols> sources;

  /**
   * A namer.
   *
   * @param sources of the guest kernel's symbols; the first that knows an address names it
   */
  public Namer(List<Symbols> sources) {
    this.sources = List.copyOf(sources);
  }

  /**
   * The stack of a sample, outermost first: the mode, functions, and in brackets what the
   * hypervisor did.
   */
  List<String> stack(Sample sample) {
    List<String> names = new ArrayList<>();
    long[] frames = sample.frames();
    if (sample.service() != Sample.NONE) {
      names.add(service(sample.service()));
    }
    for (int i = 0; i < frames.length; i++) {
      // A call may be the last instruction of its function: what counts is the call itself.
      names.add(name(sample.kernelMode(), i == 0 ? frames[i] : frames[i] - 1));
    }
    names.add(sample.kernelMode() ? "kernel" : "user");
    Collections.reverse(names);
    return names;
  }

  /** The function at an address; its page, where no symbol is known. */
  private String name(boolean kernelMode, long address) {
    if (kernelMode) {
      for (Symbols symbols : sources) {
        String function = symbols.function(address);
        if (function != null) {
          return function;
        }
      }
    }
    return "page 0x" + Long.toHexString(address & -PAGE);
  }

  private static String service(int service) {
    if (service >= Sample.OTHER) {
      return "[hypervisor]";
    }
    if (service >= Sample.EXCEPTION) {
      return "[" + Tracer.vectorName(service - Sample.EXCEPTION) + "]";
    }
    Hypercall call = Hypercalls.get(service);
    return "[hypercall " + (call == null ? service : call.name()) + "]";
  }
}
