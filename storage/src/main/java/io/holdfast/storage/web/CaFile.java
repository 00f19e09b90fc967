package io.holdfast.storage.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// A PEM file with the certificates of the only authorities that are trusted.
public final class CaFile {
  private static final int BYTES_MAX = 1 << 20;

  private CaFile() {}

  /// @throws BackupException `BAD_URL` if the file holds no certificate
  public static TrustManager[] trustManagers(Path file) {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw unusable(file, "it is longer than " + BYTES_MAX + " bytes", null);
      }
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      try (InputStream in = Files.newInputStream(file)) {
        int number = 0;
        for (Certificate certificate :
            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          authorities.setCertificateEntry("ca-" + number++, certificate);
        }
      }
      if (authorities.size() == 0) {
        throw unusable(file, "it holds no certificate", null);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      return factory.getTrustManagers();
    } catch (IOException e) {
      throw unusable(file, FileReason.of(e), e);
    } catch (GeneralSecurityException e) {
      throw unusable(file, "it is no file of certificates in PEM", e);
    }
  }

  /// @throws BackupException `BAD_URL` if the file holds no certificate
  static SSLContext context(Path file) {
    TrustManager[] trusted = trustManagers(file);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS", e);
    }
  }

  private static BackupException unusable(Path file, String why, @Nullable Exception cause) {
    return new BackupException(
        ErrorCode.BAD_URL,
        "the file " + file + " that ca-file names cannot be used: " + why,
        "Name a file with the certificate of your own authority, in PEM.",
        cause);
  }
}
