package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where requests may go besides public addresses: what whoever runs this machine allows.
///
/// A host in the list may have addresses of its own networks and of this machine. A network in the
/// list may be on the same wire too. Nothing allows multicast, "any address", and the services that
/// hand out credentials in clouds.
///
/// @param hosts names in lower case
public record OutboundPolicy(Set<String> hosts, List<Network> networks) {
  /// Public addresses alone.
  public static final OutboundPolicy PUBLIC_ONLY = new OutboundPolicy(Set.of(), List.of());

  private static final int ENTRIES_MAX = 1000;

  public OutboundPolicy {
    hosts = Set.copyOf(hosts);
    networks = List.copyOf(networks);
  }

  /// Names, addresses and networks, separated by commas: `hooks.internal, 10.1.0.0/16`.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if one is neither
  public static OutboundPolicy parse(String list) {
    Set<String> hosts = new HashSet<>();
    List<Network> networks = new ArrayList<>();
    String[] entries = list.split(",", ENTRIES_MAX + 1);
    if (entries.length > ENTRIES_MAX) {
      throw refused("a list of more than " + ENTRIES_MAX + " hosts and networks");
    }
    for (String entry : entries) {
      String text = entry.strip();
      if (text.isEmpty()) {
        continue;
      }
      if (text.contains("/") || HostName.address(text).isPresent()) {
        networks.add(Network.parse(text));
      } else {
        hosts.add(
            HostName.alone(text)
                .orElseThrow(() -> refused(Quoted.of(text) + " is neither a host nor a network"))
                .name());
      }
    }
    return new OutboundPolicy(hosts, networks);
  }

  /// The same, and a host that somebody chose who may choose it.
  OutboundPolicy andHost(HostName host) {
    Set<String> all = new HashSet<>(hosts);
    all.add(host.name());
    return new OutboundPolicy(all, networks);
  }

  /// Whether a connection to an address of that host may be made.
  boolean permits(HostName host, InetAddress address) {
    return switch (AddressKind.of(address)) {
      case PUBLIC -> true;
      case LOOPBACK, PRIVATE, SHARED, RESERVED ->
          hosts.contains(host.name()) || isInNetworks(address);
      case LINK_LOCAL -> isInNetworks(address);
      case TRANSLATED -> isInNetworks(address) && permits(host, translated(address));
      case METADATA, UNSPECIFIED, MULTICAST, EMBEDDED -> false;
    };
  }

  /// Whether words may go there that everybody on the way can read: never further than this
  /// machine, and only where the list says so.
  boolean permitsPlain(HostName host, InetAddress address) {
    return AddressKind.of(address) == AddressKind.LOOPBACK && permits(host, address);
  }

  private boolean isInNetworks(InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static InetAddress translated(InetAddress address) {
    try {
      return InetAddress.getByAddress(AddressKind.behindTranslator(address));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static BackupException refused(String what) {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        what,
        "Give names of hosts and networks, separated by commas: hooks.internal, 10.1.0.0/16.");
  }
}
