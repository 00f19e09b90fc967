package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import io.holdfast.postgres.url.ConnectionUrl.TargetSession;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the first server of a URL that answers, lets us in and is what `target_session_attrs`
/// wants. Tries all addresses of a name, with and without TLS as `sslmode` allows. A server that
/// refuses the user ends the search, as with libpq: the others would refuse too.
final class Dialer {
  private static final Set<ErrorCode> FINAL =
      Set.of(
          ErrorCode.AUTHENTICATION_REFUSED,
          ErrorCode.PRIVILEGE_MISSING,
          ErrorCode.CANCELLED,
          ErrorCode.BAD_URL);

  private final ConnectionUrl url;
  private final Map<String, String> startup;
  private final Duration timeout;
  private final Cancellation cancellation;

  Dialer(
      ConnectionUrl url, Map<String, String> startup, Duration timeout, Cancellation cancellation) {
    this.url = url;
    this.startup = startup;
    this.timeout = timeout;
    this.cancellation = cancellation;
  }

  /// Where a server is, exactly.
  sealed interface Address {
    record Unix(String path) implements Address {}

    record Tcp(InetAddress address, int port) implements Address {}
  }

  private enum Encryption {
    PLAIN,
    TLS
  }

  /// @throws BackupException that says for each host why not
  PgConnection dial() {
    List<BackupException> failures = new ArrayList<>();
    for (SessionCheck check : SessionCheck.passes(url.targetSession())) {
      for (Host host : url.hosts()) {
        try {
          return host(host, check);
        } catch (BackupException e) {
          if (FINAL.contains(e.code())) {
            throw e;
          }
          failures.add(e);
        }
      }
    }
    throw all(failures);
  }

  private static BackupException all(List<BackupException> failures) {
    BackupException last = failures.getLast();
    if (failures.size() == 1) {
      return last;
    }
    String texts = String.join("; ", failures.stream().map(BackupException::text).toList());
    BackupException all =
        new BackupException(last.code(), "no server of the URL can be used: " + texts, last.hint());
    failures.forEach(all::addSuppressed);
    return all;
  }

  private PgConnection host(Host host, SessionCheck check) {
    try {
      @Nullable IOException last = null;
      for (Address address : addresses(host)) {
        cancellation.throwIfRequested();
        try {
          return address(host, address, check);
        } catch (ServerErrorException | TlsRefusedException e) {
          throw e;
        } catch (IOException e) {
          if (last != null) {
            e.addSuppressed(last);
          }
          last = e;
        }
      }
      throw last == null ? new IOException("it has no address") : last;
    } catch (IOException e) {
      throw ServerFailures.onConnect(url, host, e);
    }
  }

  private static List<Address> addresses(Host host) throws IOException {
    if (host.isSocketDirectory()) {
      return List.of(new Address.Unix(host.toString()));
    }
    List<Address> addresses = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(host.name())) {
      addresses.add(new Address.Tcp(address, host.port()));
    }
    return addresses;
  }

  private PgConnection address(Host host, Address address, SessionCheck check) throws IOException {
    List<Encryption> order = order(url.sslMode(), address);
    try {
      return connect(host, address, order.getFirst(), check);
    } catch (ServerErrorException | TlsRefusedException e) {
      if (order.size() == 1 || !mayChangeEncryption(e)) {
        throw e;
      }
      try {
        return connect(host, address, order.getLast(), check);
      } catch (IOException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  private static boolean mayChangeEncryption(IOException e) {
    return !(e instanceof ServerErrorException error) || error.sqlState().equals("28000");
  }

  private static List<Encryption> order(SslMode mode, Address address) {
    if (address instanceof Address.Unix) {
      return List.of(Encryption.PLAIN);
    }
    return switch (mode) {
      case DISABLE -> List.of(Encryption.PLAIN);
      case ALLOW -> List.of(Encryption.PLAIN, Encryption.TLS);
      case PREFER -> List.of(Encryption.TLS, Encryption.PLAIN);
      case REQUIRE, VERIFY_CA, VERIFY_FULL -> List.of(Encryption.TLS);
    };
  }

  private PgConnection connect(
      Host host, Address address, Encryption encryption, SessionCheck check) throws IOException {
    PgConnection.Opener opener =
        () ->
            switch (address) {
              case Address.Unix unix -> Transport.unix(unix.path());
              case Address.Tcp tcp -> {
                Transport.SocketTransport plain = Transport.tcp(tcp.address(), tcp.port(), timeout);
                yield encryption == Encryption.TLS
                    ? TlsHandshake.over(plain, url, host, timeout)
                    : plain;
              }
            };
    PgConnection connection =
        PgConnection.start(opener, url, startup, (int) timeout.toMillis(), cancellation);
    try {
      check.require(connection, host);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /// What `target_session_attrs` asks of a server.
  private enum SessionCheck {
    NONE,
    READ_WRITE,
    READ_ONLY,
    PRIMARY,
    STANDBY;

    /// `prefer-standby` goes through the hosts twice.
    static List<SessionCheck> passes(TargetSession wanted) {
      return switch (wanted) {
        case ANY -> List.of(NONE);
        case READ_WRITE -> List.of(READ_WRITE);
        case READ_ONLY -> List.of(READ_ONLY);
        case PRIMARY -> List.of(PRIMARY);
        case STANDBY -> List.of(STANDBY);
        case PREFER_STANDBY -> List.of(STANDBY, NONE);
      };
    }

    void require(PgConnection connection, Host host) throws IOException {
      boolean suits =
          switch (this) {
            case NONE -> true;
            case READ_WRITE -> !isOn(connection, "transaction_read_only");
            case READ_ONLY -> isOn(connection, "transaction_read_only");
            case PRIMARY -> !isStandby(connection);
            case STANDBY -> isStandby(connection);
          };
      if (!suits) {
        throw new BackupException(
            ErrorCode.SERVER_UNAVAILABLE,
            host + " is not what target_session_attrs asks for (" + this + ")",
            "Name the right hosts in the URL, or leave target_session_attrs out.");
      }
    }

    /// Servers before 14 do not tell; there a transaction that may not write although it was not
    /// asked to is one of a standby.
    private static boolean isStandby(PgConnection connection) throws IOException {
      String reported = connection.parameter("in_hot_standby");
      return reported.isEmpty()
          ? isOn(connection, "transaction_read_only")
              && !isOn(connection, "default_transaction_read_only")
          : reported.equals("on");
    }

    private static boolean isOn(PgConnection connection, String setting) throws IOException {
      return connection.query("SHOW " + setting).getFirst().getFirst().equals("on");
    }
  }
}
