package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Floating-point and vector instructions give the results that were recorded on a processor: corner
 * cases of rounding, NaNs, denormals, stack faults and unmasked exceptions, on any host.
 */
class RecordedResultsTest {
  private static final int FLAGS = 0x8d5;

  @Test
  void instructionsGiveRecordedResults() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (TestGuest guest = new TestGuest();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    RecordedResultsTest.class.getResourceAsStream("processor-results.txt"),
                    StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          check(guest, line, wrong);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static void check(TestGuest guest, String line, List<String> wrong) {
    String[] sides = line.split(" -> ", 2);
    String[] before = sides[0].split(" ", -1);
    guest.cpu.reset();
    guest.reg(CpuState.RSI, TestGuest.DATA).reg(CpuState.RDX, 5);
    HostMemory.fill(guest.host(TestGuest.DATA), 16, (byte) 0);
    for (int i = 1; i < before.length; i++) {
      load(guest, before[i]);
    }
    guest.code(TestGuest.CODE, before[0]);
    guest.cpu.rip(TestGuest.CODE);
    guest.executor.step();
    StringBuilder after = new StringBuilder();
    for (String field : sides[1].split(" ", -1)) {
      String name = field.substring(0, field.indexOf('='));
      after
          .append(after.length() == 0 ? "" : " ")
          .append(name)
          .append('=')
          .append(read(guest, name));
    }
    if (!after.toString().equals(sides[1])) {
      wrong.add(line + "; but was " + after);
    }
  }

  private static void load(TestGuest guest, String field) {
    String name = field.substring(0, field.indexOf('='));
    String value = field.substring(name.length() + 1);
    int dot = value.indexOf('.');
    long high = dot < 0 ? 0 : Long.parseUnsignedLong(value, 0, dot, 16);
    long low = Long.parseUnsignedLong(value, dot + 1, value.length(), 16);
    long block = guest.cpu.base();
    switch (name) {
      case "cw" -> HostMemory.putShort(block + CpuState.FX, (short) low);
      case "sw" -> HostMemory.putShort(block + CpuState.FX + 2, (short) low);
      case "tw" -> HostMemory.putByte(block + CpuState.FX + 4, (byte) low);
      case "mx" -> HostMemory.putInt(block + CpuState.FX + 24, (int) low);
      case "rax" -> guest.reg(CpuState.RAX, low);
      default -> {
        HostMemory.putLong(place(guest, name), low);
        HostMemory.putLong(place(guest, name) + 8, high);
      }
    }
  }

  /** Host address of a 16-byte field. */
  private static long place(TestGuest guest, String name) {
    long block = guest.cpu.base();
    return switch (name) {
      case "st0" -> block + CpuState.ST;
      case "st1" -> block + CpuState.ST + 16;
      case "xmm0" -> block + CpuState.XMM;
      case "xmm1" -> block + CpuState.XMM + 16;
      case "mem" -> guest.host(TestGuest.DATA);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String read(TestGuest guest, String name) {
    long block = guest.cpu.base();
    return switch (name) {
      case "cw" -> String.format("%04x", HostMemory.getShort(block + CpuState.FX));
      case "sw" -> String.format("%04x", HostMemory.getShort(block + CpuState.FX + 2));
      case "tw" -> String.format("%02x", HostMemory.getByte(block + CpuState.FX + 4));
      case "mx" -> String.format("%04x", HostMemory.getInt(block + CpuState.FX + 24));
      case "rax" -> Long.toHexString(guest.reg(CpuState.RAX));
      case "fl" -> Integer.toHexString(guest.flags() & FLAGS);
      default -> {
        long low = HostMemory.getLong(place(guest, name));
        long high = HostMemory.getLong(place(guest, name) + 8);
        String head = name.startsWith("st") ? "%04x.%016x" : "%016x.%016x";
        yield String.format(head, high, low);
      }
    };
  }
}
