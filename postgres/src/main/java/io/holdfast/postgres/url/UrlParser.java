package io.holdfast.postgres.url;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import io.holdfast.postgres.url.ConnectionUrl.TargetSession;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Splits the text of a URL; on any error says which part is wrong, and repeats no text that could
/// belong to a password with unescaped special characters.
final class UrlParser {
  private static final int HOSTS_MAX = 32;
  private static final int DEFAULT_PORT = 5432;
  private static final int CONNECT_TIMEOUT_SECONDS_MAX = 3600;
  private static final Pattern SCHEME =
      Pattern.compile(
          "(jdbc:)?(postgres|postgresql|postgis)(\\+[a-z0-9_]{1,32})?://",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern OPTION_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");

  private final String text;
  private final LocalDefaults defaults;
  private final Map<String, String> query = new TreeMap<>();
  private final Set<String> ignored = new TreeSet<>();
  private boolean loginSeen;

  UrlParser(String text, LocalDefaults defaults) {
    this.text = text;
    this.defaults = defaults;
  }

  ConnectionUrl parse() {
    String rest = withoutScheme();
    String options = "";
    int question = rest.indexOf('?');
    if (question >= 0) {
      options = rest.substring(question + 1);
      rest = rest.substring(0, question);
    }
    String path = "";
    int slash = rest.indexOf('/');
    if (slash >= 0) {
      path = rest.substring(slash + 1);
      rest = rest.substring(0, slash);
    }
    int at = rest.lastIndexOf('@');
    loginSeen = at >= 0;
    if (!loginSeen && path.contains("@")) {
      throw bad("the user or password has a '/' in it that is not written as %2F");
    }
    String login = rest.substring(0, Math.max(at, 0));
    readQuery(options);
    List<Host> hosts = hosts(rest.substring(at + 1));
    int colon = login.indexOf(':');
    String user = query.getOrDefault("user", decode(colon < 0 ? login : login.substring(0, colon)));
    Optional<Secret> password =
        Optional.ofNullable(query.get("password"))
            .map(Secret::new)
            .or(
                () ->
                    colon < 0 || colon == login.length() - 1
                        ? Optional.empty()
                        : Optional.of(new Secret(decode(login.substring(colon + 1)))));
    String name = user.isEmpty() ? defaults.user() : user;
    String database = query.getOrDefault("dbname", decode(path));
    return new ConnectionUrl(
        hosts,
        name,
        password,
        database.isEmpty() ? name : database,
        sslMode(),
        remaining(),
        ignored);
  }

  private String withoutScheme() {
    Matcher scheme = SCHEME.matcher(text);
    if (!scheme.lookingAt()) {
      throw bad("it does not begin with postgresql://");
    }
    String rest = text.substring(scheme.end());
    if (rest.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      throw bad("it has a space or a control character in it that is not written as %20");
    }
    return rest;
  }

  private void readQuery(String options) {
    for (String pair : options.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = equals < 1 ? "" : UrlOptions.canonical(decode(pair.substring(0, equals)));
      if (!OPTION_NAME.matcher(name).matches()) {
        throw bad("one of its options is not of the form name=value");
      }
      String value = decode(pair.substring(equals + 1));
      switch (UrlOptions.kind(name)) {
        case OWN -> query.put(name, value);
        case IGNORED -> ignored.add(mayRepeat() ? name : "");
        case REFUSED ->
            throw bad(
                mayRepeat()
                    ? "its option '" + name + "' is not known"
                    : "one of its options is not known");
      }
    }
    ignored.remove("");
  }

  /// Whether what follows the first `?` cannot be the rest of a password.
  private boolean mayRepeat() {
    return loginSeen || !text.contains("@");
  }

  /// What later readers need, checked.
  private Map<String, String> remaining() {
    Map<String, String> options = new TreeMap<>(query);
    List.of("user", "password", "host", "port", "dbname", "sslmode").forEach(options::remove);
    Optional.ofNullable(options.get("connect_timeout"))
        .ifPresent(seconds -> number(seconds, 0, CONNECT_TIMEOUT_SECONDS_MAX, "connect_timeout"));
    Optional.ofNullable(options.get("target_session_attrs"))
        .ifPresent(wanted -> options.put("target_session_attrs", targetSession(wanted)));
    return options;
  }

  private String targetSession(String wanted) {
    String word =
        switch (wanted) {
          case "master" -> "primary";
          case "secondary", "slave" -> "standby";
          case "preferSecondary", "preferSlave" -> "prefer-standby";
          default -> wanted;
        };
    for (TargetSession session : TargetSession.values()) {
      if (session.word().equals(word)) {
        return word;
      }
    }
    throw bad(
        "its target_session_attrs is none of any, read-write, read-only, primary, standby, prefer-standby");
  }

  /// The addresses: those of the options `host` and `port` count more than those before the path,
  /// which often are only a place-holder for a socket.
  private List<Host> hosts(String authority) {
    String named = query.getOrDefault("host", "");
    List<Host> hosts = new ArrayList<>();
    if (named.isEmpty() && !authority.isEmpty()) {
      for (String item : authority.split(",", -1)) {
        hosts.add(authorityHost(item));
      }
    } else {
      String[] ports = query.getOrDefault("port", "").split(",", -1);
      String[] names = named.split(",", -1);
      for (int i = 0; i < names.length; i++) {
        int port = port(ports.length > 1 ? ports[Math.min(i, ports.length - 1)] : ports[0]);
        hosts.add(new Host(names[i].isEmpty() ? defaults.host().apply(port) : names[i], port));
      }
    }
    if (hosts.size() > HOSTS_MAX) {
      throw bad("it names more than " + HOSTS_MAX + " hosts");
    }
    return hosts;
  }

  private Host authorityHost(String item) {
    String name = item;
    String port = query.getOrDefault("port", "");
    int bracket = item.indexOf(']');
    int colon = item.indexOf(':', Math.max(bracket, 0));
    if (item.startsWith("[") && bracket < 0) {
      throw bad("its IPv6 address has no ']'");
    }
    if (colon >= 0) {
      name = item.substring(0, colon);
      port = item.substring(colon + 1);
    }
    if (item.startsWith("[")) {
      if (colon > bracket + 1 || (colon < 0 && bracket < item.length() - 1)) {
        throw bad("there is something between the ']' of its IPv6 address and the port");
      }
      name = item.substring(1, bracket);
    }
    String decoded = decode(name);
    int number = port(port);
    return new Host(decoded.isEmpty() ? defaults.host().apply(number) : decoded, number);
  }

  private int port(String text) {
    return text.isEmpty() ? DEFAULT_PORT : number(text, 1, 65_535, "port");
  }

  private int number(String text, int least, int most, String what) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Falls through to the message, which is the same for both.
    }
    throw bad("its " + what + " is not a number from " + least + " to " + most);
  }

  private SslMode sslMode() {
    String wanted = query.getOrDefault("sslmode", SslMode.PREFER.word());
    return switch (wanted) {
      case "true", "1" -> SslMode.VERIFY_FULL;
      case "false", "0" -> SslMode.DISABLE;
      case "no-verify", "verify-none" -> SslMode.REQUIRE;
      default ->
          SslMode.ofWord(wanted)
              .orElseThrow(
                  () ->
                      bad(
                          "its sslmode is none of disable, allow, prefer, require, verify-ca, verify-full"));
    };
  }

  private static String decode(String part) {
    try {
      String decoded = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
      if (decoded.indexOf('\0') >= 0) {
        throw bad("it has a zero byte (%00) in it");
      }
      return decoded;
    } catch (IllegalArgumentException _) {
      throw bad("it has a '%' that is not followed by two hexadecimal digits");
    }
  }

  private static BackupException bad(String why) {
    return new BackupException(
        ErrorCode.BAD_URL,
        "the database URL cannot be read: " + why,
        "Write it as postgresql://user:password@host:5432/database?sslmode=verify-full"
            + " (special characters in the password as %40 and so on).");
  }
}
