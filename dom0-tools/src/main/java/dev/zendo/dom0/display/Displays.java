package dev.zendo.dom0.display;

import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.DeviceException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The displays of a machine's domains, and the drivers that make them. Thread-safe. */
public final class Displays {
  private final Map<Integer, Display> displays = new ConcurrentHashMap<>();

  /** The display of a domain, if it has one. */
  public Optional<Display> of(int domain) {
    return Optional.ofNullable(displays.get(domain));
  }

  /** What serves {@code vfb} and {@code vkbd}. */
  public List<BackendDriver> drivers() {
    return List.of(new FramebufferDriver(), new KeyboardDriver());
  }

  private Display make(int domain) {
    return displays.computeIfAbsent(domain, id -> new Display());
  }

  private final class FramebufferDriver implements BackendDriver {
    @Override
    public String type() {
      return "vfb";
    }

    @Override
    public Backend open(BackendDevice device) throws DeviceException {
      Display display = make(device.domain());
      boolean vnc = device.back("vnc").filter("1"::equals).isPresent();
      VncServer server = vnc ? startVnc(device, display) : null;
      return new Framebuffer(
          device,
          display.screen(),
          () -> {
            displays.remove(device.domain(), display);
            if (server != null) {
              server.close();
            }
          });
    }

    private VncServer startVnc(BackendDevice device, Display display) throws DeviceException {
      VncAddress address = VncAddress.of(device);
      try {
        VncServer server = VncServer.start(display, address, device.back("vncpasswd").orElse(""));
        device.publish("vnc-port", server.port());
        return server;
      } catch (IOException e) {
        throw new DeviceException(
            "VNC cannot listen at "
                + address
                + " ("
                + e.getMessage()
                + "); use another vncdisplay, or vncunused=1");
      }
    }
  }

  private final class KeyboardDriver implements BackendDriver {
    @Override
    public String type() {
      return "vkbd";
    }

    @Override
    public Backend open(BackendDevice device) {
      Keyboard keyboard = new Keyboard(device);
      make(device.domain()).input(keyboard);
      return keyboard;
    }
  }
}
