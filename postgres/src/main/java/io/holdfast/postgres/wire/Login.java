package io.holdfast.postgres.wire;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.StringPreparation;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Answers the server's request for authentication: none, SCRAM-SHA-256 (bound to the TLS channel
/// where both sides can), md5, and a clear password only inside TLS or a Unix socket.
final class Login {
  private static final int OK = 0;
  private static final int CLEAR_TEXT = 3;
  private static final int MD5 = 5;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;
  private static final String SCRAM = "SCRAM-SHA-256";
  private static final String SCRAM_PLUS = "SCRAM-SHA-256-PLUS";

  private final ConnectionUrl url;
  private final PgConnection connection;
  private final ChannelBinding binding;
  private @Nullable ScramClient scram;
  private boolean bound;
  private boolean serverProved;

  /// As libpq's `channel_binding`.
  private enum ChannelBinding {
    DISABLE,
    PREFER,
    REQUIRE
  }

  Login(ConnectionUrl url, PgConnection connection) {
    this.url = url;
    this.connection = connection;
    this.binding =
        switch (url.option("channel_binding").orElse("prefer")) {
          case "require" -> ChannelBinding.REQUIRE;
          case "disable" -> ChannelBinding.DISABLE;
          default -> ChannelBinding.PREFER;
        };
  }

  /// Handles one authentication message.
  void answer(MessageReader in) throws IOException {
    int kind = in.int32();
    try {
      switch (kind) {
        case OK -> requireProof();
        case CLEAR_TEXT -> clearText();
        case MD5 -> {
          String answer = md5(in.take(4));
          connection.send('p', out -> out.cstring(answer));
        }
        case SASL -> beginScram(in);
        case SASL_CONTINUE -> continueScram(in);
        case SASL_FINAL -> {
          requireScram().serverFinalMessage(text(in));
          serverProved = true;
        }
        default -> throw refused("the server wants " + name(kind) + ", which is not supported");
      }
    } catch (ScramException e) {
      throw refused("SCRAM: " + e.getMessage());
    }
  }

  /// A server that began SCRAM must have shown that it knows the password too.
  private void requireProof() {
    if (scram != null && !serverProved) {
      throw refused("the server left SCRAM before it proved that it knows the password");
    }
    if (binding == ChannelBinding.REQUIRE && !bound) {
      throw refused("channel_binding=require, and the server did not bind the login to TLS");
    }
  }

  private void clearText() throws IOException {
    requireNoBinding();
    if (!connection.isProtected()) {
      throw refused(
          "the server wants the password in clear over a connection that is not encrypted");
    }
    connection.send('p', out -> out.cstring(password()));
  }

  private void beginScram(MessageReader in) throws IOException {
    List<String> offered = new ArrayList<>();
    for (String name = in.cstring(); !name.isEmpty(); name = in.cstring()) {
      offered.add(name);
    }
    Optional<byte[]> channel = binding == ChannelBinding.DISABLE ? Optional.empty() : channelData();
    bound = channel.isPresent() && offered.contains(SCRAM_PLUS);
    if (!bound) {
      requireNoBinding();
      if (!offered.contains(SCRAM)) {
        throw refused("the server offers only " + offered);
      }
    }
    List<String> wanted = bound ? List.of(SCRAM, SCRAM_PLUS) : List.of(SCRAM);
    var builder =
        ScramClient.builder()
            .advertisedMechanisms(wanted)
            .username("*")
            .password(password().toCharArray())
            .stringPreparation(StringPreparation.POSTGRESQL_PREPARATION);
    channel.ifPresent(data -> builder.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, data));
    ScramClient client = builder.build();
    scram = client;
    byte[] first = client.clientFirstMessage().toString().getBytes(StandardCharsets.UTF_8);
    String mechanism = bound ? SCRAM_PLUS : SCRAM;
    connection.send('p', out -> out.cstring(mechanism).int32(first.length).bytes(first));
  }

  private Optional<byte[]> channelData() {
    Optional<X509Certificate> certificate = connection.serverCertificate();
    if (certificate.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] data = TlsServerEndpoint.getChannelBindingData(certificate.get());
      return data.length == 0 ? Optional.empty() : Optional.of(data);
    } catch (CertificateEncodingException e) {
      throw refused("the server's certificate cannot be read: " + e.getMessage());
    }
  }

  private void continueScram(MessageReader in) throws IOException, ScramException {
    ScramClient client = requireScram();
    client.serverFirstMessage(text(in));
    byte[] last = client.clientFinalMessage().toString().getBytes(StandardCharsets.UTF_8);
    connection.send('p', out -> out.bytes(last));
  }

  private ScramClient requireScram() throws IOException {
    ScramClient client = scram;
    if (client == null) {
      throw new WireViolationException("the next step of SCRAM, which never began");
    }
    return client;
  }

  private String md5(byte[] salt) {
    requireNoBinding();
    String inner = md5Hex((password() + url.user()).getBytes(StandardCharsets.UTF_8), new byte[0]);
    return "md5" + md5Hex(inner.getBytes(StandardCharsets.US_ASCII), salt);
  }

  private static String md5Hex(byte[] text, byte[] salt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(text);
      digest.update(salt);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no MD5", e);
    }
  }

  private void requireNoBinding() {
    if (binding == ChannelBinding.REQUIRE) {
      throw refused("channel_binding=require, and the server offers no login bound to TLS");
    }
  }

  private String password() {
    return url.password()
        .map(Secret::expose)
        .orElseThrow(() -> refused("the server wants a password and the URL has none"));
  }

  private static String text(MessageReader in) throws IOException {
    return new String(in.take(in.remaining()), StandardCharsets.UTF_8);
  }

  private static String name(int kind) {
    return switch (kind) {
      case 2 -> "Kerberos";
      case 7, 8 -> "GSSAPI";
      case 9 -> "SSPI";
      default -> "authentication of kind " + kind;
    };
  }

  private BackupException refused(String why) {
    return new BackupException(
        ErrorCode.AUTHENTICATION_REFUSED,
        "cannot sign in as " + url.user() + " at " + url + ": " + why,
        "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.");
  }
}
