package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.memory.AcquireResource;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.grant.Grants;
import dev.zendo.hypervisor.paging.Paging;

/** {@code acquire_resource}: a toolstack maps the grant table of a domain it controls. */
final class ResourceCall {
  private static final int GRANT_TABLE = 1;
  private static final int SHARED_FRAMES = 0;

  private final Paging paging;
  private final PhysicalMaps physicalMaps;
  private final Grants grants;

  ResourceCall(Paging paging, PhysicalMaps physicalMaps, Grants grants) {
    this.paging = paging;
    this.physicalMaps = physicalMaps;
    this.grants = grants;
  }

  long handle(Vcpu caller, long pointer, long start) {
    if (!MemoryArguments.read(caller, pointer, AcquireResource.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    long frame = AcquireResource.FRAME.get(HostView.HOST, at);
    long count = AcquireResource.NR_FRAMES.getUnsigned(HostView.HOST, at);
    if (AcquireResource.PAD.get(HostView.HOST, at) != 0 || frame + count >>> 32 != 0 || frame < 0) {
      return -Errno.EINVAL;
    }
    int number = AcquireResource.DOMID.get(HostView.HOST, at);
    Domain self = caller.domain();
    Domain domain = paging.owners().byNumber(number);
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (domain == self || !self.privileged()) {
      return -Errno.EPERM;
    }
    if (AcquireResource.TYPE.get(HostView.HOST, at) != GRANT_TABLE
        || AcquireResource.ID.get(HostView.HOST, at) != SHARED_FRAMES) {
      return -Errno.EINVAL;
    }
    long list = AcquireResource.FRAME_LIST.get(HostView.HOST, at);
    if (list == 0) {
      return count != 0 || start != 0 ? -Errno.EINVAL : answerSize(caller, domain, pointer);
    }
    for (long i = 0; i < count; i++) {
      long result = one(caller, domain, frame + i, list, i);
      if (result < 0) {
        return result;
      }
    }
    return 0;
  }

  private long answerSize(Vcpu caller, Domain domain, long pointer) {
    AcquireResource.NR_FRAMES.set(HostView.HOST, caller.scratch(), grants.maxFrames(domain));
    return MemoryArguments.write(caller, pointer, AcquireResource.LAYOUT) ? 0 : -Errno.EFAULT;
  }

  private long one(Vcpu caller, Domain domain, long frame, long list, long index) {
    if (frame >= grants.maxFrames(domain)) {
      return -Errno.EINVAL;
    }
    long mfn = grants.frame(domain, frame);
    if (mfn < 0) {
      return mfn;
    }
    if (!caller.domain().translated()) {
      return MemoryArguments.writeElement(caller, list, index, mfn) ? 0 : -Errno.EFAULT;
    }
    return MemoryArguments.readElement(caller, list, index)
        ? physicalMaps.hold(caller.domain(), domain.id(), mfn, MemoryArguments.element(caller))
        : -Errno.EFAULT;
  }
}
