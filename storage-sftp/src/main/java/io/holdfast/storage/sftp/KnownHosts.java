package io.holdfast.storage.sftp;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/// The keys that one host may show, from a `known_hosts` file. A host that is not in it is refused,
/// and so is one with another key; nothing is ever added. Lines that cannot be read and lines of
/// authorities (`@cert-authority`) count as absent.
final class KnownHosts implements ServerKeyVerifier {
  private static final int FILE_BYTES_MAX = 16 << 20;

  private final SftpPlace place;
  private final List<Known> keys;

  private KnownHosts(SftpPlace place, List<Known> keys) {
    this.place = place;
    this.keys = List.copyOf(keys);
  }

  /// A line about our host.
  private record Known(String type, String key, Trust trust) {}

  private enum Trust {
    TRUSTED,
    REVOKED
  }

  /// @throws BackupException `BAD_URL` if the file cannot be read; one that is missing is empty
  static KnownHosts read(SftpPlace place) {
    Path file = Path.of(place.knownHosts());
    List<Known> keys = new ArrayList<>();
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException("it is longer than " + FILE_BYTES_MAX + " bytes");
      }
      // Names and comments may be in any encoding; keys are ASCII.
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        Known known = known(line, place);
        if (known != null) {
          keys.add(known);
        }
      }
    } catch (NoSuchFileException _) {
      return new KnownHosts(place, List.of());
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.BAD_URL,
          "the file of known hosts " + file + " cannot be read: " + FileReason.of(e),
          "Name another one with known-hosts=... in the URL, or make it readable.",
          e);
    }
    return new KnownHosts(place, keys);
  }

  private static @Nullable Known known(String line, SftpPlace place) {
    KnownHostEntry entry;
    try {
      entry = line.isBlank() ? null : KnownHostEntry.parseKnownHostEntry(line);
    } catch (RuntimeException _) {
      return null; // a line of a kind that MINA does not know says nothing about our host
    }
    if (entry == null
        || entry.getKeyEntry() == null
        || !entry.isHostMatch(place.host(), place.port())) {
      return null;
    }
    String marker = entry.getMarker() == null ? "" : entry.getMarker();
    return switch (marker) {
      case "" ->
          new Known(
              entry.getKeyEntry().getKeyType(),
              text(entry.getKeyEntry().getKeyData()),
              Trust.TRUSTED);
      case "revoked" ->
          new Known(
              entry.getKeyEntry().getKeyType(),
              text(entry.getKeyEntry().getKeyData()),
              Trust.REVOKED);
      default -> null;
    };
  }

  private static String text(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  /// The types of keys that would be trusted, such as `ssh-ed25519`: to be asked for first.
  List<String> types() {
    return keys.stream()
        .filter(known -> known.trust() == Trust.TRUSTED)
        .map(Known::type)
        .distinct()
        .toList();
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
    return refusal(key).isEmpty();
  }

  /// Why the key that a session was shown was not trusted. Asked of the key and not noted in the
  /// session, because a session that ends forgets its notes.
  Optional<StoreRefusedException> refusalOf(ClientSession session) {
    PublicKey shown = session.getServerKey();
    return shown == null ? Optional.empty() : refusal(shown);
  }

  private Optional<StoreRefusedException> refusal(PublicKey shown) {
    var buffer = new ByteArrayBuffer();
    buffer.putRawPublicKey(shown);
    String key = text(buffer.getCompactData());
    List<Known> same = keys.stream().filter(known -> known.key().equals(key)).toList();
    if (same.stream().anyMatch(known -> known.trust() == Trust.REVOKED)) {
      return Optional.of(
          refused(
              shown,
              "is marked as revoked in " + place.knownHosts(),
              "Somebody else may have this key. Ask the owner of that host for its new one."));
    }
    if (!same.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        types().isEmpty()
            ? refused(
                shown,
                "is not in " + place.knownHosts(),
                "Compare the fingerprint with the one that the owner of the host tells you; then"
                    + " add the key with: ssh-keyscan -p "
                    + place.port()
                    + " "
                    + place.host()
                    + " >> "
                    + place.knownHosts())
            : refused(
                shown,
                "is another one than " + place.knownHosts() + " has for this host",
                "Somebody may be between you and the host, or it was installed anew. Only if its"
                    + " owner confirms the fingerprint, forget the old key with: ssh-keygen -R '"
                    + place.hostEntry()
                    + "' -f "
                    + place.knownHosts()));
  }

  private StoreRefusedException refused(PublicKey shown, String why, String advice) {
    return new StoreRefusedException(
        ErrorCode.STORE_UNAVAILABLE,
        "the host key of "
            + place.hostEntry()
            + " ("
            + KeyUtils.getKeyType(shown)
            + ", "
            + KeyUtils.getFingerPrint(shown)
            + ") "
            + why,
        advice,
        null);
  }
}
