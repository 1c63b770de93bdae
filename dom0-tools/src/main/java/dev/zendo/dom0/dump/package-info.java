/**
 * The memory and the vcpus of a domain in a file: {@code DomainImage} reads them, {@code CoreDump}
 * writes the format of Xen's {@code xl dump-core} (docs/misc/dump-core-format.txt of Xen's
 * sources), {@code GdbDump} one that gdb reads.
 */
package dev.zendo.dom0.dump;
