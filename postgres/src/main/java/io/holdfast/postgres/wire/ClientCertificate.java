package io.holdfast.postgres.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/// The certificate with which we sign in where the server asks for one: PEM files, the key as PKCS
/// #8 without a password.
final class ClientCertificate {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private ClientCertificate() {}

  static KeyManager[] read(Path certificate, Path key)
      throws GeneralSecurityException, IOException {
    List<X509Certificate> chain = ServerTls.certificates(certificate);
    PrivateKey privateKey = privateKey(key, chain.getFirst().getPublicKey().getAlgorithm());
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    char[] inMemory = new char[0];
    store.setKeyEntry("client", privateKey, inMemory, chain.toArray(new X509Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, inMemory);
    return factory.getKeyManagers();
  }

  private static PrivateKey privateKey(Path file, String algorithm)
      throws GeneralSecurityException, IOException {
    if (Files.size(file) > ServerTls.FILE_BYTES_MAX) {
      throw new IOException(file + " is larger than a key can be");
    }
    byte[] content = Files.readAllBytes(file);
    try {
      String text = new String(content, StandardCharsets.ISO_8859_1);
      int begin = text.indexOf(BEGIN);
      int end = text.indexOf(END);
      if (begin < 0 || end < begin) {
        throw new IOException(
            file
                + " is no PKCS #8 key in PEM without a password"
                + " (make one by: openssl pkcs8 -topk8 -nocrypt)");
      }
      byte[] der =
          Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end).strip());
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not Base64", e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }
}
