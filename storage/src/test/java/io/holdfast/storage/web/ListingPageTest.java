package io.holdfast.storage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.web.WebService.ListingWords;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListingPageTest {
  private static final ListingWords AZURE =
      new ListingWords("Blob", "Name", "Content-Length", "BlobPrefix", "Name", "NextMarker");

  private static final ListingWords GCS =
      new ListingWords(
          "Contents", "Key", "Size", "CommonPrefixes", "Prefix", "NextContinuationToken");

  private static final String PAGE =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <EnumerationResults ServiceEndpoint="http://x/" ContainerName="c"><Prefix>a/</Prefix>
      <Blobs><Blob><Name>a/&amp;1</Name><Properties><Content-Length>17</Content-Length>
      <Content-MD5>xx==</Content-MD5></Properties></Blob>
      <Blob><Name>a/2</Name><Properties><Content-Length>0</Content-Length></Properties></Blob>
      <BlobPrefix><Name>a/b/</Name></BlobPrefix></Blobs><NextMarker>m</NextMarker>
      </EnumerationResults>
      """;

  @Test
  void readsBlobsFoldersAndTheMarker() throws Exception {
    assertThat(parse(PAGE))
        .isEqualTo(
            new ListingPage(
                List.of(new ListingPage.Blob("a/&1", 17), new ListingPage.Blob("a/2", 0)),
                List.of("a/b/"),
                "m"));
    assertThat(parse("\uFEFF" + PAGE)).isEqualTo(parse(PAGE));
    assertThat(parse("<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>"))
        .isEqualTo(new ListingPage(List.of(), List.of(), ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "<html><body>log in first</body></html>",
        "<EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Content-Length>1</Content-Length></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name>a</Name><Content-Length>x</Content-Length></Blob></Blobs></EnumerationResults>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><EnumerationResults><NextMarker>&e;</NextMarker></EnumerationResults>"
      })
  void whatIsNoPageIsStrange(String document) {
    assertThatThrownBy(() -> parse(document)).isInstanceOf(ListingPage.StrangeException.class);
  }

  @Test
  void aPageThatIsNotTheLastNamesTheNext() throws Exception {
    String page =
        "<ListBucketResult><IsTruncated>%s</IsTruncated>%s<Contents><Key>a</Key><Size>1</Size>"
            + "</Contents></ListBucketResult>";
    String next = "<NextContinuationToken>a</NextContinuationToken>";
    assertThat(parseAtGoogle(page.formatted("false", "")).next()).isEmpty();
    assertThat(parseAtGoogle(page.formatted("true", next)).next()).isEqualTo("a");
    for (String none : new String[] {"", "<NextContinuationToken/>"}) {
      assertThatThrownBy(() -> parseAtGoogle(page.formatted("true", none)))
          .isInstanceOf(ListingPage.StrangeException.class)
          .hasMessageContaining("goes on");
    }
  }

  @Test
  void aTextThatIsTooLongIsNotDropped() throws Exception {
    String marker = "<EnumerationResults><NextMarker>%s</NextMarker></EnumerationResults>";
    assertThat(parse(marker.formatted("m".repeat(16 << 10))).next()).hasSize(16 << 10);
    assertThatThrownBy(() -> parse(marker.formatted("m".repeat((16 << 10) + 1))))
        .isInstanceOf(ListingPage.StrangeException.class)
        .hasMessageContaining("too long");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void damagedPagesAreReadOrStrange(long seed) {
    var random = Seeds.random(seed);
    for (int round = 0; round < 300; round++) {
      byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
      for (int change = random.nextInt(4); change >= 0; change--) {
        page[random.nextInt(page.length)] = (byte) random.nextInt(256);
      }
      try {
        ListingPage read = ListingPage.parse(page, AZURE);
        assertThat(read.blobs().size()).isLessThanOrEqualTo(2);
      } catch (ListingPage.StrangeException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  private static ListingPage parseAtGoogle(String document) throws ListingPage.StrangeException {
    return ListingPage.parse(document.getBytes(StandardCharsets.UTF_8), GCS);
  }

  private static ListingPage parse(String document) throws ListingPage.StrangeException {
    return ListingPage.parse(document.getBytes(StandardCharsets.UTF_8), AZURE);
  }
}
