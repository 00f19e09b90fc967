package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocketFactory;

/// Requests to URLs that somebody typed in.
///
/// Such a URL must not lead into the network that Holdfast runs in. So: `https` alone, `http` only
/// to this machine and only where the policy names it; the name is looked up once, every address is
/// checked, and the connection goes to a checked one with the certificate checked for the name; no
/// redirect is followed; no proxy; one limit of time for everything from the connection on; of the
/// answer the head alone is read. The JDK's own client cannot be told which address to connect to,
/// and a resolver of its own would be one for the whole process, so this speaks HTTP/1.1 itself.
///
/// What the receiver says reaches no message but the number of the status, and that nobody answers
/// sounds the same whatever the reason: messages must not tell what is inside a network.
public final class Outbound {
  private final OutboundPolicy policy;
  private final Dialer dialer;
  private final OutboundLimits limits;

  public Outbound(
      OutboundPolicy policy, HostResolver resolver, SSLSocketFactory tls, OutboundLimits limits) {
    this.policy = policy;
    this.dialer = new Dialer(resolver, tls);
    this.limits = limits;
  }

  /// With the names and the certificates that the machine knows.
  public static Outbound over(OutboundPolicy policy) {
    return new Outbound(
        policy,
        HostResolver.system(),
        (SSLSocketFactory) SSLSocketFactory.getDefault(),
        OutboundLimits.DEFAULT);
  }

  /// Returns once the receiver said that it took the request (2xx).
  ///
  /// @throws BackupException `ADDRESS_NOT_ALLOWED`; `RECEIVER_REFUSED` if it will not take it
  ///   another time either, or wants to send us elsewhere; `RECEIVER_UNAVAILABLE` if trying again
  ///   can help: then nobody knows whether it took the request
  public void send(OutboundRequest request) {
    judge(request.endpoint(), statusOf(request));
  }

  OutboundPolicy policy() {
    return policy;
  }

  Dialer dialer() {
    return dialer;
  }

  OutboundLimits limits() {
    return limits;
  }

  private int statusOf(OutboundRequest request) {
    Endpoint endpoint = request.endpoint();
    Deadline deadline = Deadline.after(limits.time());
    try (Socket plain =
        dialer.connect(endpoint.host(), endpoint.port(), permit(endpoint.scheme()), deadline)) {
      return switch (endpoint.scheme()) {
        case HTTPS -> exchange(dialer.secure(plain, endpoint.host(), endpoint.port()), request);
        case HTTP -> exchange(plain, request);
      };
    } catch (SSLException e) {
      throw isAboutTrust(e) ? notTrusted(endpoint, e) : unavailable(endpoint, e);
    } catch (IOException e) {
      throw unavailable(endpoint, e);
    }
  }

  private Dialer.Permit permit(Endpoint.Scheme scheme) {
    return switch (scheme) {
      case HTTPS -> policy::permits;
      case HTTP -> (HostName host, InetAddress address) -> policy.permitsPlain(host, address);
    };
  }

  private int exchange(Socket socket, OutboundRequest request) throws IOException {
    socket.getOutputStream().write(request.bytes());
    socket.getOutputStream().flush();
    return new AnswerHead(socket.getInputStream(), limits.headBytesMax()).status();
  }

  private static void judge(Endpoint endpoint, int status) {
    boolean mayHelp = status == 408 || status == 425 || status == 429 || status >= 500;
    if (status / 100 == 2) {
      return;
    }
    if (mayHelp) {
      throw new BackupException(
          ErrorCode.RECEIVER_UNAVAILABLE, endpoint + " answered with status " + status, "");
    }
    throw new BackupException(
        ErrorCode.RECEIVER_REFUSED,
        endpoint + " answered with status " + status,
        status / 100 == 3
            ? "Redirects are not followed: give the URL that it leads to."
            : "Check the URL and what it may be used for.");
  }

  /// Whether a handshake failed because of the certificate, which another attempt will not change.
  static boolean isAboutTrust(SSLException failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 10; depth++) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static BackupException notTrusted(Endpoint endpoint, SSLException cause) {
    return new BackupException(
        ErrorCode.RECEIVER_REFUSED,
        "the certificate of " + endpoint + " is not to be trusted",
        "It must be for that name, valid today, and of an authority that this machine knows.",
        cause);
  }

  private static BackupException unavailable(Endpoint endpoint, IOException cause) {
    return new BackupException(
        ErrorCode.RECEIVER_UNAVAILABLE,
        endpoint + " gave no answer that can be read",
        "Check the URL, the receiver and the way to it.",
        cause);
  }
}
