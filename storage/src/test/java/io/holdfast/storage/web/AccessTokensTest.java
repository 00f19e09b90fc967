package io.holdfast.storage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.web.AccessTokens.Token;
import io.holdfast.storage.web.testing.IdentityServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTokensTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Instant now = NOON;
  private int asked;
  private IOException failure = new IOException();
  private boolean isDown;
  private final AccessTokens tokens =
      new AccessTokens(
          at -> {
            asked++;
            if (isDown) {
              throw failure;
            }
            return new Token(new Secret("t" + asked), at.plus(Duration.ofHours(1)));
          },
          () -> now);

  @Test
  void aTokenIsRenewedShortlyBeforeItExpires() throws IOException {
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    now = NOON.plusSeconds(3600 - 226);
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    now = NOON.plusSeconds(3600 - 225);
    assertThat(tokens.bearer()).isEqualTo("Bearer t2");
  }

  @Test
  void aValidTokenServesWhileTheServiceFails() throws IOException {
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    fail(new StoreUnavailableException("down"));
    now = NOON.plusSeconds(3600 - 200);
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    now = now.plusSeconds(9);
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    assertThat(asked).isEqualTo(2);
    now = now.plusSeconds(1);
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    assertThat(asked).isEqualTo(3);

    now = NOON.plusSeconds(3600);
    assertThatThrownBy(tokens::bearer).isSameAs(failure);
    isDown = false;
    assertThat(tokens.bearer()).isEqualTo("Bearer t5");
  }

  @Test
  void aRefusalIsFinalOnlyWhereNoTokenWasEverGiven() throws IOException {
    fail(new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, "gone", "Look there.", null));
    assertThatThrownBy(tokens::bearer).isSameAs(failure);
    isDown = false;
    assertThat(tokens.bearer()).isEqualTo("Bearer t2");

    isDown = true;
    now = NOON.plus(Duration.ofHours(2));
    assertThatThrownBy(tokens::bearer)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage("gone")
        .satisfies(
            e -> assertThat(((StoreUnavailableException) e).advice()).isEqualTo("Look there."));
  }

  @Test
  void anInterruptionIsNoFailureOfTheService() throws IOException {
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    now = NOON.plusSeconds(3500);
    fail(new InterruptedIOException());
    assertThatThrownBy(tokens::bearer).isSameAs(failure);
  }

  @Test
  void aTokenThatIsNotAcceptedIsReplacedOnce() throws IOException {
    assertThat(tokens.bearer()).isEqualTo("Bearer t1");
    assertThat(tokens.replaces("Bearer t1")).isTrue();
    assertThat(tokens.replaces("Bearer t1")).isTrue();
    assertThat(tokens.bearer()).isEqualTo("Bearer t2");
    assertThat(tokens.replaces("Bearer t1")).isTrue();
    assertThat(tokens.bearer()).isEqualTo("Bearer t2");
    assertThat(tokens.replaces("Bearer t2")).isFalse();

    now = NOON.plus(Duration.ofMinutes(5));
    assertThat(tokens.bearer()).isEqualTo("Bearer t3");
    assertThat(tokens.replaces("Bearer t3")).isTrue();
  }

  /// App Service answers as in the third line; the first is that of most services.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{'expires_in':3599,'expires_on':'1','access_token':'t'}|3599",
        "{'access_token':'t','expires_in':'60'}|60",
        "{'access_token':'t','expires_on':'1772370000','resource':'https://storage.azure.com/',"
            + "'token_type':'Bearer','client_id':'5E29463D-71DA-4FE0-8E69-999B57DB23B0'}|3600",
        "{'expires_on':1772370000,'access_token':'t'}|3600",
        "{'expires_on':'1','access_token':'t'}|0",
        "{'expires_on':'999999999999','access_token':'t'}|172800",
        "{'expires_on':'03/01/2026 13:00:00 PM +00:00','access_token':'t'}|300",
        "{'access_token':'t'}|300"
      })
  void theExpiryIsReadInEachForm(String document, long seconds) throws IOException {
    try (IdentityServer identity = IdentityServer.start();
        WebClient client = WebClient.nearby()) {
      identity.answer(200, document.replace('\'', '"'));
      WebRequest request = WebRequest.of("GET", URI.create(identity.endpoint() + "/token"));
      assertThat(AccessTokens.by(client, request, NOON, "advice").expires())
          .isEqualTo(NOON.plusSeconds(seconds));
    }
  }

  private void fail(IOException with) {
    failure = with;
    isDown = true;
  }
}
