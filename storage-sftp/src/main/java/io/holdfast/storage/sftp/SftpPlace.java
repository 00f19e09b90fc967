package io.holdfast.storage.sftp;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a repository lies: what an `sftp:` URL and the environment say.
///
/// @param host a name or an address, without brackets
/// @param directory on the server: absolute, or relative to where it puts the user
/// @param keyFile with the private key; empty for the usual ones in `~/.ssh`
/// @param knownHosts the file with the keys of hosts
record SftpPlace(
    String user, String host, int port, String directory, String keyFile, String knownHosts) {
  static final int DEFAULT_PORT = 22;

  private static final int PORT_MAX = 65535;
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._@\\\\-]{0,127}");
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}])(?::(\\d{1,5}))?");
  private static final Set<String> OPTIONS = Set.of("key-file", "known-hosts");

  /// @throws BackupException `BAD_URL`
  static SftpPlace of(StoreUrl url, StoreContext context) {
    url.requireOptions(OPTIONS);
    if (!USER.matcher(url.user()).matches()) {
      throw url.bad("the store's URL does not say which user of the host to be, before '@'");
    }
    Matcher authority = AUTHORITY.matcher(url.authority());
    if (!authority.matches()) {
      throw url.bad("what follows the '@' is not a host, or a host and a port");
    }
    String host = authority.group(1).replaceAll("[\\[\\]]", "");
    int port = authority.group(2) == null ? DEFAULT_PORT : Integer.parseInt(authority.group(2));
    if (port < 1 || port > PORT_MAX) {
      throw url.bad("the port is not a number from 1 to " + PORT_MAX);
    }
    String knownHosts = url.option("known-hosts");
    return new SftpPlace(
        url.user(),
        host,
        port,
        directory(url),
        url.option("key-file"),
        knownHosts.isEmpty() ? home(context) + "/.ssh/known_hosts" : knownHosts);
  }

  private static String directory(StoreUrl url) {
    String path = url.path();
    if (path.isEmpty()) {
      throw url.bad("the store's URL names no directory on the host");
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || segment.chars().anyMatch(Character::isISOControl)) {
        throw url.bad("the directory on the host has a part that is empty, '.' or '..'");
      }
    }
    if (path.equals("~")) {
      return ".";
    }
    return path.startsWith("~/") ? path.substring(2) : "/" + path;
  }

  /// The home directory of the user that runs this program.
  static String home(StoreContext context) {
    String home = context.variable("HOME");
    return home.isBlank() ? System.getProperty("user.home", "/") : home;
  }

  /// The file of a blob.
  String pathOf(BlobKey key) {
    return directory + "/" + key.value();
  }

  /// As `known_hosts` files have it.
  String hostEntry() {
    return port == DEFAULT_PORT ? host : "[" + host + "]:" + port;
  }

  /// In words, for messages.
  String describe() {
    return "directory " + directory + " of " + user + " at " + hostEntry();
  }
}
