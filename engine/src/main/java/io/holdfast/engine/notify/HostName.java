package io.holdfast.engine.notify;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The host of a URL, in the one way of writing that is taken here: a name of letters, digits and
/// hyphens, four plain decimal numbers, or an IPv6 address. What others read as an address in
/// another way of writing (octal, hexadecimal, one number, with a zone) is no host here.
///
/// @param name in lower case, without a dot at its end and without brackets
record HostName(String name) {
  private static final int NAME_MAX = 253;
  private static final Pattern LABELS =
      Pattern.compile(
          "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]{2,45}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

  /// The host of a URL, with an IPv6 address in brackets; empty if it is none.
  static Optional<HostName> inUrl(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("[") && lower.endsWith("]")) {
      String inside = lower.substring(1, lower.length() - 1);
      return inside.contains(":")
          ? address(inside).map(_ -> new HostName(inside))
          : Optional.empty();
    }
    return lower.contains(":") ? Optional.empty() : alone(lower);
  }

  /// A host as people write it in a list, with an IPv6 address without brackets.
  static Optional<HostName> alone(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    if (address(name).isPresent()) {
      return Optional.of(new HostName(name));
    }
    boolean isName =
        name.length() <= NAME_MAX
            && LABELS.matcher(name).matches()
            && !NUMBER.matcher(name.substring(name.lastIndexOf('.') + 1)).matches();
    return isName ? Optional.of(new HostName(name)) : Optional.empty();
  }

  /// The address that a text is; empty if it is none. An IPv4 address in the clothes of an IPv6 one
  /// is none either.
  static Optional<InetAddress> address(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      if (IPV4.matcher(lower).matches()) {
        return Optional.of(InetAddress.ofLiteral(lower));
      }
      if (lower.contains(":") && IPV6.matcher(lower).matches()) {
        InetAddress address = InetAddress.ofLiteral(lower);
        return address instanceof Inet6Address ? Optional.of(address) : Optional.empty();
      }
      return Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  boolean isAddress() {
    return address(name).isPresent();
  }

  /// As it stands in a URL.
  String inUrl() {
    return name.contains(":") ? "[" + name + "]" : name;
  }
}
