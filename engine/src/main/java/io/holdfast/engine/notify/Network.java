package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.net.InetAddress;
import java.util.Optional;

/// All addresses that begin with the same bits.
///
/// @param first any of them
/// @param bits how many are the same
public record Network(InetAddress first, int bits) {
  public Network {
    int all = first.getAddress().length * 8;
    if (bits < 0 || bits > all) {
      throw new IllegalArgumentException("a network has 0 to " + all + " bits, not " + bits);
    }
  }

  /// `10.0.0.0/8`, `fd00::/8`; an address alone is a network of its own.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if it is none
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    String bits = slash < 0 ? "" : text.substring(slash + 1);
    Optional<InetAddress> first = HostName.address(address);
    if (first.isPresent() && (slash < 0 || bits.matches("[0-9]{1,3}"))) {
      int all = first.get().getAddress().length * 8;
      int count = slash < 0 ? all : Integer.parseInt(bits);
      if (count <= all) {
        return new Network(first.get(), count);
      }
    }
    throw new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        Quoted.of(text) + " is no network",
        "Give an address and a number of bits, such as 10.0.0.0/8 or fd00::/8.");
  }

  /// Whether an address is one of them. Addresses of the other family never are.
  public boolean contains(InetAddress address) {
    byte[] own = first.getAddress();
    byte[] other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (own[i] != other[i]) {
        return false;
      }
    }
    int rest = bits % 8;
    return rest == 0 || ((own[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
  }
}
