package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLException;

/// E-mail to one recipient, handed to one mail server. Each recipient is a channel of its own, so
/// that one whose address is refused keeps nothing from the others.
///
/// The mail server is the choice of whoever runs this machine and mostly stands in their own
/// network, so it may have an address there; services that hand out credentials it may not be.
public final class Email implements Channel {
  private static final int PATIENCE_FACTOR = 4;

  private final Outbound outbound;
  private final SmtpServer server;
  private final EmailAddress recipient;

  /// @param outbound whose time limit holds four times over: mail servers hesitate on purpose
  public Email(Outbound outbound, SmtpServer server, EmailAddress recipient) {
    this.outbound = outbound;
    this.server = server;
    this.recipient = recipient;
  }

  @Override
  public String name() {
    return "email:" + recipient.text();
  }

  @Override
  public void send(Notice notice) {
    HostName host = server.hostName();
    OutboundPolicy policy = outbound.policy().andHost(host);
    Deadline deadline = Deadline.after(outbound.limits().time().multipliedBy(PATIENCE_FACTOR));
    try (Socket plain = outbound.dialer().connect(host, server.port(), policy::permits, deadline)) {
      new SmtpSession(
              plain, SmtpSession.Place.of(plain.getInetAddress()), server, outbound.dialer())
          .send(recipient, EmailText.of(notice, server.from(), recipient));
    } catch (SSLException e) {
      throw Outbound.isAboutTrust(e) ? notTrusted(e) : unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private BackupException notTrusted(SSLException cause) {
    return new BackupException(
        ErrorCode.RECEIVER_REFUSED,
        "the certificate of " + server + " is not to be trusted",
        "It must be for that name, valid today, and of an authority that this machine knows.",
        cause);
  }

  private BackupException unavailable(IOException cause) {
    return new BackupException(
        ErrorCode.RECEIVER_UNAVAILABLE,
        server + " gave no answer that can be read",
        "Check SMTP_URL, the server and the way to it.",
        cause);
  }
}
