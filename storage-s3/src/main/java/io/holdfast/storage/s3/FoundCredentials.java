package io.holdfast.storage.s3;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// The SDK's chain, whose failure can be told from that of a request.
final class FoundCredentials implements AwsCredentialsProvider, SdkAutoCloseable {
  private final DefaultCredentialsProvider chain;
  private final String profile;

  /// @param profile that the environment names, for the message; empty if it names none
  FoundCredentials(DefaultCredentialsProvider chain, String profile) {
    this.chain = chain;
    this.profile = profile;
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return chain.resolveCredentials();
    } catch (SdkClientException e) {
      throw new NoneException(
          profile.isEmpty()
              ? "no credentials were found"
              : "no credentials were found, and none in the profile '"
                  + profile
                  + "' that AWS_PROFILE names",
          e);
    }
  }

  @Override
  public void close() {
    chain.close();
  }

  /// There are no credentials anywhere.
  static final class NoneException extends SdkClientException {
    private static final long serialVersionUID = 1L;

    NoneException(String message, SdkClientException cause) {
      super(SdkClientException.builder().message(message).cause(cause));
    }
  }
}
