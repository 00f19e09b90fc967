package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.net.InetAddress;
import java.util.Optional;

/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
///
/// @param bits how many of the first bits are alike
public record AddressRange(InetAddress address, int bits) {
  /// @throws BackupException `BAD_ARGUMENT` if an address has fewer bits, or others are set
  public AddressRange {
    byte[] all = address.getAddress();
    if (bits < 0 || bits > all.length * Byte.SIZE) {
      throw bad("an address has no " + bits + " bits", "Give up to " + all.length * 8 + ".");
    }
    for (int i = bits; i < all.length * Byte.SIZE; i++) {
      if (bit(all, i)) {
        throw bad(
            "%s/%d names one address and means %d bits of it"
                .formatted(address.getHostAddress(), bits, bits),
            "Set what is behind them to 0, or leave '/" + bits + "' out.");
      }
    }
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is none; names of hosts are not looked up
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address =
        address(slash < 0 ? text : text.substring(0, slash)).orElseThrow(() -> noRange(text));
    if (slash < 0) {
      return new AddressRange(address, address.getAddress().length * Byte.SIZE);
    }
    String bits = text.substring(slash + 1);
    if (!bits.matches("[0-9]{1,3}")) {
      throw noRange(text);
    }
    return new AddressRange(address, Integer.parseInt(bits));
  }

  /// The address that a text is, if it is one in figures.
  static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// Whether it is one of these. One of IPv4 is none of IPv6.
  public boolean contains(InetAddress other) {
    byte[] ours = address.getAddress();
    byte[] theirs = other.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      if (bit(ours, i) != bit(theirs, i)) {
        return false;
      }
    }
    return true;
  }

  /// As text that [#parse] reads.
  public String text() {
    boolean isSingle = bits == address.getAddress().length * Byte.SIZE;
    return address.getHostAddress() + (isSingle ? "" : "/" + bits);
  }

  private static boolean bit(byte[] bytes, int index) {
    return ((bytes[index / Byte.SIZE] >> (Byte.SIZE - 1 - index % Byte.SIZE)) & 1) == 1;
  }

  private static BackupException noRange(String text) {
    return bad(
        Quoted.of(text) + " is no address and no range of addresses",
        "Write for example 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32.");
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
