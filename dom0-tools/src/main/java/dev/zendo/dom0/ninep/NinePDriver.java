package dev.zendo.dom0.ninep;

import com.sun.jna.Platform;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.DeviceException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Serves folders of the host to guests. */
public final class NinePDriver implements BackendDriver {
  private static final int IDLE_SECONDS = 10;

  private final boolean driven;

  /**
   * A driver for a machine.
   *
   * @param driven whether the machine has no threads of its own: then requests are answered on the
   *     event thread
   */
  public NinePDriver(boolean driven) {
    this.driven = driven;
  }

  @Override
  public String type() {
    return SharedFolder.TYPE;
  }

  @Override
  public Backend open(BackendDevice device) throws DeviceException {
    if (!Platform.isLinux() || !Platform.is64Bit()) {
      throw new DeviceException("folders are shared on 64-bit Linux only");
    }
    if (driven) {
      return new NinePBackend(device, Runnable::run, () -> {});
    }
    ThreadPoolExecutor worker = worker("9pfs-" + device.domain() + "-" + device.devid());
    return new NinePBackend(device, worker, worker::shutdown);
  }

  /** One thread, which is there while there is something to do. */
  private static ThreadPoolExecutor worker(String name) {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named(name));
    worker.allowCoreThreadTimeOut(true);
    return worker;
  }
}
