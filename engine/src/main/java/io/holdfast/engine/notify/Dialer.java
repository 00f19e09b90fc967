package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Makes connections to addresses that were looked at.
///
/// A name is looked up once, each of its addresses must be permitted, and the connection goes to
/// one of those. A name server that gives another answer the next time is never asked a next time.
final class Dialer {
  private static final int ADDRESSES_TRIED_MAX = 3;
  private static final int ADDRESSES_MAX = 64;

  private final HostResolver resolver;
  private final SSLSocketFactory tls;

  Dialer(HostResolver resolver, SSLSocketFactory tls) {
    this.resolver = resolver;
    this.tls = tls;
  }

  /// Which rule of a policy decides.
  @FunctionalInterface
  interface Permit {
    boolean permits(HostName host, InetAddress address);
  }

  /// A connection to one of the host's addresses. The caller closes it.
  ///
  /// @throws BackupException `ADDRESS_NOT_ALLOWED`, and nothing was connected to
  DeadlineSocket connect(HostName host, int port, Permit permit, Deadline deadline)
      throws IOException {
    List<InetAddress> addresses = permitted(host, permit);
    int count = Math.min(addresses.size(), ADDRESSES_TRIED_MAX);
    IOException first = new IOException("no address answered");
    for (int i = 0; i < count; i++) {
      DeadlineSocket socket = new DeadlineSocket(deadline);
      try {
        socket.connectTo(new InetSocketAddress(addresses.get(i), port), count - i);
        return socket;
      } catch (IOException e) {
        socket.close();
        first.addSuppressed(e);
      }
    }
    throw first;
  }

  private List<InetAddress> permitted(HostName host, Permit permit) throws IOException {
    Optional<InetAddress> literal = HostName.address(host.name());
    List<InetAddress> addresses =
        literal.isPresent() ? List.of(literal.get()) : resolver.addressesOf(host.name());
    if (addresses.isEmpty() || addresses.size() > ADDRESSES_MAX) {
      throw new UnknownHostException(addresses.size() + " addresses");
    }
    for (InetAddress address : addresses) {
      if (!permit.permits(host, address)) {
        throw notAllowed(host);
      }
    }
    return addresses;
  }

  /// Puts TLS over a connection. The certificate must be for the name, whatever the address is.
  SSLSocket secure(Socket plain, HostName host, int port) throws IOException {
    SSLSocket secure = (SSLSocket) tls.createSocket(plain, host.name(), port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  /// Says which kind of address no more than that it is one: the text must not tell what is inside
  /// a network.
  private static BackupException notAllowed(HostName host) {
    return new BackupException(
        ErrorCode.ADDRESS_NOT_ALLOWED,
        host.inUrl() + " is not, or not only, a public address",
        "If requests may go there, name the host or the network in HOLDFAST_NOTIFY_ALLOW.");
  }
}
