package dev.zendo.dom0.builder;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypervisor.domain.Domain;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What a domain shall be.
 *
 * @param name its name
 * @param uuid its identity
 * @param kernel its kernel; null if it is in memory that was saved
 * @param ramdisk file that it gets as initial ramdisk, or null
 * @param commandLine of the kernel
 * @param memoryMiB its memory
 * @param maxMemoryMiB what its balloon may take that to
 * @param vcpus its virtual processors
 * @param onlineVcpus how many of them its kernel shall use at first
 * @param scheduling what it may have of the processors
 * @param devices what it has besides its console
 */
public record DomainSpec(
    String name,
    UUID uuid,
    KernelImage kernel,
    Path ramdisk,
    String commandLine,
    long memoryMiB,
    long maxMemoryMiB,
    int vcpus,
    int onlineVcpus,
    SchedulingSpec scheduling,
    List<DeviceSpec> devices) {
  /** Least memory of a domain. */
  public static final long MIN_MEMORY_MIB = 4;

  /** Most memory of a domain that the builder handles. */
  public static final long MAX_MEMORY_MIB = 64L << 10;

  /** Most virtual processors. */
  public static final int MAX_VCPUS = Domain.MAX_VCPUS;

  /** Bytes of the command line in the start info page, with the zero at its end. */
  private static final int COMMAND_LINE_BYTES = 1024;

  /** A domain without devices that shares processors as any other does. */
  public DomainSpec(
      String name,
      UUID uuid,
      KernelImage kernel,
      Path ramdisk,
      String commandLine,
      long memoryMiB,
      int vcpus) {
    this(name, uuid, kernel, ramdisk, commandLine, memoryMiB, vcpus, SchedulingSpec.DEFAULT);
  }

  /** A domain without devices. */
  public DomainSpec(
      String name,
      UUID uuid,
      KernelImage kernel,
      Path ramdisk,
      String commandLine,
      long memoryMiB,
      int vcpus,
      SchedulingSpec scheduling) {
    this(name, uuid, kernel, ramdisk, commandLine, memoryMiB, vcpus, scheduling, List.of());
  }

  /** A domain that neither grows nor shrinks of itself. */
  public DomainSpec(
      String name,
      UUID uuid,
      KernelImage kernel,
      Path ramdisk,
      String commandLine,
      long memoryMiB,
      int vcpus,
      SchedulingSpec scheduling,
      List<DeviceSpec> devices) {
    this(
        name,
        uuid,
        kernel,
        ramdisk,
        commandLine,
        memoryMiB,
        memoryMiB,
        vcpus,
        vcpus,
        scheduling,
        devices);
  }

  /** The same domain with other devices. */
  public DomainSpec with(List<DeviceSpec> others) {
    return new DomainSpec(
        name,
        uuid,
        kernel,
        ramdisk,
        commandLine,
        memoryMiB,
        maxMemoryMiB,
        vcpus,
        onlineVcpus,
        scheduling,
        others);
  }

  /** Checks the figures. */
  public DomainSpec {
    devices = List.copyOf(devices);
    checkMemory(memoryMiB);
    checkMemory(maxMemoryMiB);
    checkVcpus(vcpus);
    checkVcpus(onlineVcpus);
    if (commandLine.length() >= COMMAND_LINE_BYTES) {
      throw new ToolException(
          "the command line has "
              + commandLine.length()
              + " characters, at most "
              + (COMMAND_LINE_BYTES - 1)
              + " fit; shorten --cmdline");
    }
  }

  /**
   * Refuses amounts of memory that no domain can have.
   *
   * @throws ToolException one line
   */
  public static void checkMemory(long memoryMiB) {
    if (memoryMiB < MIN_MEMORY_MIB || memoryMiB > MAX_MEMORY_MIB) {
      throw new ToolException(
          "a domain can have "
              + MIN_MEMORY_MIB
              + " to "
              + MAX_MEMORY_MIB
              + " MiB of memory, not "
              + memoryMiB
              + "; correct --memory");
    }
  }

  /**
   * Refuses numbers of vcpus that no domain can have.
   *
   * @throws ToolException one line
   */
  public static void checkVcpus(int vcpus) {
    if (vcpus < 1 || vcpus > MAX_VCPUS) {
      throw new ToolException(
          "a domain can have 1 to " + MAX_VCPUS + " vcpus, not " + vcpus + "; correct --vcpus");
    }
  }
}
