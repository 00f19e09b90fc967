package io.holdfast.repository.planted;

import io.holdfast.base.Entropy;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.storage.s3.S3Driver;
import io.holdfast.storage.sftp.SftpDriver;
import java.lang.foreign.Linker;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.crypto.Mac;
import org.apache.sshd.client.SshClient;
import org.springframework.context.ApplicationContext;
import picocli.CommandLine;
import software.amazon.awssdk.services.s3.S3Client;

/// Breaks nearly every rule at once: `ArchitectureTest` requires each of them to notice.
@SuppressWarnings("all")
final class ProductHelper {
  static int counter;

  List<Object> breakRules(
      Lsn postgresSeenFromTheRepository,
      Mac mac,
      CommandLine picocli,
      S3Client aws,
      SshClient mina,
      S3Driver driver,
      SftpDriver other,
      Linker linker,
      ApplicationContext spring)
      throws SQLException, InterruptedException {
    Thread.sleep(1);
    System.out.println(Instant.now());
    if (counter++ > 1) {
      throw new RuntimeException("bare");
    }
    return List.of(
        new SecureRandom(), Seeds.random(1), InstantSource.system(), Entropy.secure(), mac, linker);
  }
}
