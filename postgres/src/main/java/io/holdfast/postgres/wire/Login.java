package io.holdfast.postgres.wire;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers the server's request for authentication: none, SCRAM-SHA-256, md5, and a clear password
/// only inside TLS or a Unix socket.
final class Login {
  private static final int OK = 0;
  private static final int CLEAR_TEXT = 3;
  private static final int MD5 = 5;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;

  private final ConnectionUrl url;
  private final PgConnection connection;
  private @Nullable ScramClient scram;

  Login(ConnectionUrl url, PgConnection connection) {
    this.url = url;
    this.connection = connection;
  }

  /// Handles one authentication message; true when the server is satisfied.
  boolean answer(MessageReader in) throws IOException {
    int kind = in.int32();
    try {
      switch (kind) {
        case OK -> {
          return true;
        }
        case CLEAR_TEXT -> clearText();
        case MD5 -> {
          String answer = md5(in.take(4));
          connection.send('p', out -> out.cstring(answer));
        }
        case SASL -> beginScram(in);
        case SASL_CONTINUE -> continueScram(in);
        case SASL_FINAL -> requireScram().serverFinalMessage(text(in));
        default ->
            throw refused(
                "the server wants authentication of kind " + kind + ", which is not supported");
      }
      return false;
    } catch (ScramException e) {
      throw refused("SCRAM: " + e.getMessage());
    }
  }

  private void clearText() throws IOException {
    if (!connection.isProtected()) {
      throw refused(
          "the server wants the password in clear over a connection that is not encrypted");
    }
    connection.send('p', out -> out.cstring(password()));
  }

  private void beginScram(MessageReader in) throws IOException {
    List<String> mechanisms = new ArrayList<>();
    for (String name = in.cstring(); !name.isEmpty(); name = in.cstring()) {
      mechanisms.add(name);
    }
    if (!mechanisms.contains("SCRAM-SHA-256")) {
      throw refused("the server offers only " + mechanisms);
    }
    ScramClient client =
        ScramClient.builder()
            .advertisedMechanisms(List.of("SCRAM-SHA-256"))
            .username("*")
            .password(password().toCharArray())
            .build();
    scram = client;
    byte[] first = client.clientFirstMessage().toString().getBytes(StandardCharsets.UTF_8);
    connection.send('p', out -> out.cstring("SCRAM-SHA-256").int32(first.length).bytes(first));
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
      throw new IOException("the server goes on with SCRAM that never began");
    }
    return client;
  }

  private String md5(byte[] salt) {
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

  private String password() {
    return url.password()
        .map(Secret::expose)
        .orElseThrow(() -> refused("the server wants a password and the URL has none"));
  }

  private static String text(MessageReader in) throws IOException {
    return new String(in.take(in.remaining()), StandardCharsets.UTF_8);
  }

  private BackupException refused(String why) {
    return new BackupException(
        ErrorCode.AUTHENTICATION_REFUSED,
        "cannot sign in as " + url.user() + " at " + url + ": " + why,
        "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.");
  }
}
