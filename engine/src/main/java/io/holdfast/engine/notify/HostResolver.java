package io.holdfast.engine.notify;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Finds the addresses of a name. Asked once for each connection: what is connected to is what was
/// looked at.
@FunctionalInterface
public interface HostResolver {
  /// All of them, at least one.
  List<InetAddress> addressesOf(String host) throws UnknownHostException;

  /// The machine's own. How long it may take is the machine's setting.
  static HostResolver system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
