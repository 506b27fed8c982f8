package io.comfygateway.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketAddressTest {
  @ParameterizedTest
  @CsvSource({
    "s3://jobs,jobs,''",
    "s3://jobs/,jobs,''",
    "s3://jobs/a,jobs,a/",
    "s3://jobs/a/b/,jobs,a/b/",
    "s3://my.jobs-1/a&c?d#e%2f+=,my.jobs-1,a&c?d#e%2f+=/",
    "s3://jobs/my orders/日本,jobs,my orders/日本/"
  })
  void a_bucket_and_the_prefix_as_it_is(String text, String bucket, String prefix) {
    assertThat(BucketAddress.parse(text)).isEqualTo(new BucketAddress(bucket, prefix));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/", "a//b", "a//", "../a", "a/../b", "a/..", ".", "a\\b", "a\nb"})
  void a_prefix_that_would_be_read_as_another_one_is_refused(String prefix) {
    assertThatThrownBy(() -> BucketAddress.parse("s3://jobs/" + prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the prefix");
  }

  @Test
  void a_prefix_that_is_too_long_is_refused() {
    assertThat(BucketAddress.parse("s3://jobs/" + "x".repeat(200)).prefix()).hasSize(201);
    assertThatThrownBy(() -> BucketAddress.parse("s3://jobs/" + "x".repeat(201)))
        .hasMessageContaining("200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobs", "/srv/files", "s3:/jobs", "s3://", "s3://Jobs", "s3://a b/c"})
  void what_names_no_bucket_is_refused_with_what_to_write(String text) {
    assertThatThrownBy(() -> BucketAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://bucket/prefix");
  }
}
