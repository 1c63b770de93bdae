package dev.zendo.dom0.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.domain.VcpuCounters;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.sched.VcpuSchedule;
import dev.zendo.hypervisor.trace.Tracer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a vcpu did, or several together, in numbers with names; groups of them. */
public final class Statistics {
  private static final int WIDTH = 100;
  private static final int COLUMN = 14;

  /** Numbers that a line for people shows at most. */
  private static final int SHOWN = 12;

  private final Map<String, Map<String, Long>> groups = new LinkedHashMap<>();

  /** No numbers. */
  public Statistics() {}

  /**
   * The numbers of a vcpu.
   *
   * @param runstate as the scheduler reads it: state, since, then nanoseconds in the four states
   */
  public static Statistics of(Vcpu vcpu, long[] runstate) {
    Statistics statistics = new Statistics();
    statistics.instructions(vcpu);
    statistics.exits(vcpu.counters());
    statistics.calls(vcpu.counters());
    statistics.exceptions(vcpu.counters());
    statistics.translations(vcpu.counters());
    statistics.code(vcpu.executor().counters());
    statistics.helped(vcpu.executor().counters());
    statistics.times(runstate);
    return statistics;
  }

  private void instructions(Vcpu vcpu) {
    long all = vcpu.cpu().instructions();
    long emitted = vcpu.executor().counters().emitted;
    put("instructions", "emitted", emitted);
    put("instructions", "interpreted", all - emitted);
  }

  private void exits(VcpuCounters counters) {
    put("exits", "interrupted", counters.exits(ExitReason.INTERRUPTED));
    put("exits", "syscall", counters.exits(ExitReason.SYSCALL));
    put("exits", "exception", counters.exits(ExitReason.EXCEPTION));
    put("exits", "sysenter", counters.exits(ExitReason.SYSENTER));
    put("exits", "cpuid", counters.exits(ExitReason.CPUID));
    put("entries", "events", counters.events());
    put("entries", "nmi", counters.interrupts());
    put("entries", "mode_switches", counters.modeSwitches());
  }

  private void calls(VcpuCounters counters) {
    for (int i = 0; i < VcpuCounters.HYPERCALLS; i++) {
      Hypercall call = Hypercalls.get(i);
      put("hypercalls", call == null ? "number_" + i : call.name(), counters.hypercalls(i));
    }
  }

  private void exceptions(VcpuCounters counters) {
    for (int i = 0; i < VcpuCounters.VECTORS; i++) {
      put("exceptions", Tracer.vectorName(i), counters.exceptions(i));
    }
  }

  private void translations(VcpuCounters counters) {
    put("tlb_fills", "read", counters.walks(GuestMmu.READ));
    put("tlb_fills", "write", counters.walks(GuestMmu.WRITE));
    put("tlb_fills", "execute", counters.walks(GuestMmu.EXECUTE));
    put("tlb_fills", "refused", counters.refused());
  }

  private void code(EngineCounters counters) {
    put("tlb_fills", "by_emitted_code", counters.walks);
    put("code", "blocks", counters.blocks);
    put("code", "instructions", counters.translated);
    put("code", "bytes", counters.codeBytes);
    put("code", "limit_bytes", counters.codeLimit);
    put("code", "metadata_bytes", counters.metadataBytes);
    put("code", "flushes", counters.flushes);
    put("code", "dropped_blocks", counters.dropped);
    put("code", "entered", counters.entries);
  }

  private void helped(EngineCounters counters) {
    for (Mnemonic mnemonic : Mnemonic.values()) {
      String name = mnemonic.name().toLowerCase(Locale.ROOT);
      put("helped", name, counters.helpedBy[mnemonic.ordinal()]);
    }
    put("helped", "other", counters.helpedBy[EngineCounters.OTHER]);
  }

  private void times(long[] runstate) {
    String[] names = {"running", "runnable", "blocked", "offline"};
    int[] states = {
      VcpuSchedule.RUNNING, VcpuSchedule.RUNNABLE, VcpuSchedule.WAITING, VcpuSchedule.OFFLINE
    };
    for (int i = 0; i < names.length; i++) {
      put("microseconds", names[i], runstate[2 + states[i]] / 1000);
    }
  }

  /** Numbers that are zero are left out. */
  void put(String group, String name, long value) {
    if (value != 0) {
      groups.computeIfAbsent(group, key -> new LinkedHashMap<>()).put(name, value);
    }
  }

  /** Adds the numbers of another vcpu. */
  public void add(Statistics other) {
    other.groups.forEach(
        (group, numbers) ->
            numbers.forEach(
                (name, value) ->
                    groups
                        .computeIfAbsent(group, key -> new LinkedHashMap<>())
                        .merge(name, value, Long::sum)));
  }

  /** Writes an object of objects. */
  public void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, Map<String, Long>> group : groups.entrySet()) {
      out.writeObjectFieldStart(group.getKey());
      for (Map.Entry<String, Long> number : group.getValue().entrySet()) {
        out.writeNumberField(number.getKey(), number.getValue());
      }
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  /** Lines for people: the largest numbers of each group first. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    groups.forEach((group, numbers) -> lines.addAll(lines(group, numbers)));
    return lines;
  }

  private static List<String> lines(String group, Map<String, Long> numbers) {
    List<Map.Entry<String, Long>> sorted = new ArrayList<>(numbers.entrySet());
    sorted.sort((a, b) -> Long.compare(b.getValue(), a.getValue()));
    List<String> words = new ArrayList<>();
    for (Map.Entry<String, Long> number : sorted.subList(0, Math.min(SHOWN, sorted.size()))) {
      words.add(number.getKey() + " " + number.getValue());
    }
    if (sorted.size() > SHOWN) {
      words.add(sorted.size() - SHOWN + " more");
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = start(group);
    for (String word : words) {
      if (line.length() + word.length() > WIDTH) {
        lines.add(line.toString());
        line = start("");
      }
      line.append("  ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static StringBuilder start(String name) {
    return new StringBuilder(name).append(" ".repeat(Math.max(0, COLUMN - name.length())));
  }
}
