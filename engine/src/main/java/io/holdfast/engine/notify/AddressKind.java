package io.holdfast.engine.notify;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/// What an address is for. A request to somewhere in the internet has no business at any that is
/// not [#PUBLIC].
public enum AddressKind {
  /// Where servers of the internet are.
  PUBLIC,
  /// This machine.
  LOOPBACK,
  /// Networks of an organisation, IPv6 ones too.
  PRIVATE,
  /// Between a provider and its customers.
  SHARED,
  /// The same wire.
  LINK_LOCAL,
  /// The service that gives programs in a cloud their credentials.
  METADATA,
  /// No host, or "any of mine".
  UNSPECIFIED,
  MULTICAST,
  /// An IPv4 address behind a translator, which is judged itself besides.
  TRANSLATED,
  /// An IPv4 address inside an IPv6 one in another way.
  EMBEDDED,
  /// For examples, for tests, or for nothing yet.
  RESERVED;

  private static final Network TRANSLATOR = Network.parse("64:ff9b::/96");
  private static final Network ASSIGNED_V6 = Network.parse("2000::/3");

  private record Range(Network network, AddressKind kind) {}

  /// The first that contains an address decides.
  private static final List<Range> RANGES =
      Stream.of(
              all(METADATA, "169.254.169.254", "169.254.170.2", "100.100.100.200"),
              all(METADATA, "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"),
              all(UNSPECIFIED, "0.0.0.0/8", "::"),
              all(LOOPBACK, "127.0.0.0/8", "::1"),
              all(PRIVATE, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
              all(PRIVATE, "fec0::/10"),
              all(SHARED, "100.64.0.0/10"),
              all(LINK_LOCAL, "169.254.0.0/16", "fe80::/10"),
              all(MULTICAST, "224.0.0.0/4", "ff00::/8"),
              all(TRANSLATED, "64:ff9b::/96"),
              all(EMBEDDED, "::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
              all(RESERVED, "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
              all(RESERVED, "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
              all(RESERVED, "2001::/23", "2001:db8::/32", "3fff::/20"))
          .flatMap(List::stream)
          .toList();

  private static List<Range> all(AddressKind kind, String... networks) {
    return Stream.of(networks).map(text -> new Range(Network.parse(text), kind)).toList();
  }

  /// What an address is for. IPv6 addresses that nobody was given yet are [#RESERVED].
  public static AddressKind of(InetAddress address) {
    for (Range range : RANGES) {
      if (range.network().contains(address)) {
        return range.kind();
      }
    }
    return address.getAddress().length == 4 || ASSIGNED_V6.contains(address) ? PUBLIC : RESERVED;
  }

  /// The bytes of the IPv4 address that a translator makes of `address`.
  static byte[] behindTranslator(InetAddress address) {
    if (!TRANSLATOR.contains(address)) {
      throw new IllegalArgumentException("not behind a translator");
    }
    byte[] all = address.getAddress();
    return new byte[] {all[12], all[13], all[14], all[15]};
  }
}
