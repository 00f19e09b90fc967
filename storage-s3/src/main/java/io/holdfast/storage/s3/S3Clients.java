package io.holdfast.storage.s3;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.web.CaFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// Makes clients that do what they are told and nothing more: no retries, no chunked bodies, no
/// checksums but ours.
final class S3Clients {
  private S3Clients() {}

  /// A client and what it stands on. The caller closes it.
  record Connected(S3Client s3, SdkHttpClient http, AwsCredentialsProvider credentials)
      implements AutoCloseable {
    /// Requires that the bucket exists.
    void requireBucket(S3Place place, S3Timeouts timeouts, S3Failures failures) throws IOException {
      try {
        var _ =
            s3.headBucket(
                h ->
                    h.bucket(place.bucket())
                        .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request())));
      } catch (NoSuchBucketException e) {
        throw failures.noSuchBucket(e);
      } catch (SdkException e) {
        throw failures.failed(S3Failures.Request.LIST, "the bucket", e);
      }
    }

    @Override
    public void close() {
      s3.close();
      http.close();
      if (credentials instanceof SdkAutoCloseable closeable) {
        closeable.close();
      }
    }
  }

  /// @throws BackupException `BAD_URL` if there is no region or the CA file cannot be used,
  ///   `BAD_CONFIGURATION` if only a half of the keys is set
  static Connected connect(S3Place place, StoreContext context, S3Timeouts timeouts) {
    UrlConnectionHttpClient.Builder http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(timeouts.connect())
            .socketTimeout(timeouts.silence());
    if (!place.caFile().isEmpty()) {
      TrustManager[] trusted = CaFile.trustManagers(Path.of(place.caFile()));
      http.tlsTrustManagersProvider(() -> trusted);
    }
    AwsCredentialsProvider credentials = credentials(context);
    SdkHttpClient httpClient = http.build();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(httpClient)
            .credentialsProvider(credentials)
            .forcePathStyle(place.addressing() == S3Place.Addressing.PATH)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .overrideConfiguration(
                o ->
                    o.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(new SentBody.Watch()));
    if (!place.endpoint().isEmpty()) {
      builder.endpointOverride(URI.create(place.endpoint()));
    }
    if (!place.region().isEmpty()) {
      builder.region(Region.of(place.region()));
    }
    try {
      return new Connected(builder.build(), httpClient, credentials);
    } catch (SdkClientException e) {
      httpClient.close();
      throw new BackupException(
          ErrorCode.BAD_URL,
          "nothing says in which AWS region bucket " + place.bucket() + " is",
          "Add ?region=... to the URL, or set AWS_REGION.",
          e);
    }
  }

  /// Keys of the environment come first and from the context. All else (web identity, profiles, the
  /// role of a container or machine) is looked for by the SDK's chain, which knows the process's
  /// own environment, files and network.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` for a half of the keys: the chain would find
  ///   others, of whom nobody meant
  private static AwsCredentialsProvider credentials(StoreContext context) {
    String id = context.variable("AWS_ACCESS_KEY_ID");
    String secret = context.variable("AWS_SECRET_ACCESS_KEY");
    String token = context.variable("AWS_SESSION_TOKEN");
    if (!id.isBlank() && !secret.isBlank()) {
      AwsCredentials fixed =
          token.isBlank()
              ? AwsBasicCredentials.create(id.strip(), secret.strip())
              : AwsSessionCredentials.create(id.strip(), secret.strip(), token.strip());
      return StaticCredentialsProvider.create(fixed);
    }
    if (!id.isBlank() || !secret.isBlank()) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set, and the other is not",
          "Set both; for the store of --to and --also both with HOLDFAST_TO_ before the name, for"
              + " that of --store NAME=URL with HOLDFAST_STORE_NAME_.");
    }
    return new FoundCredentials(
        DefaultCredentialsProvider.builder().build(), context.variable("AWS_PROFILE"));
  }
}
