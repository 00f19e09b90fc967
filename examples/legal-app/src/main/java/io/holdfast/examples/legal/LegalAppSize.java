package io.holdfast.examples.legal;

/// How much there is: a few big accounts and many small ones. Of every twenty accounts one is big
/// and four are of middle size, the first account is always big.
///
/// @param accounts how many
/// @param weight how much more the big accounts have than in the small distribution: 1 is about
///   2,000 transcript segments in each, 4 is 40,000, 12 is 300,000, 200 is five million (1 GB)
public record LegalAppSize(int accounts, int weight) {
  private static final int ACCOUNTS_MAX = 10_000_000;
  private static final int WEIGHT_MAX = 2_000;

  public LegalAppSize {
    if (accounts < 1 || accounts > ACCOUNTS_MAX) {
      throw new IllegalArgumentException(
          "accounts must be 1 to " + ACCOUNTS_MAX + ", is " + accounts);
    }
    if (weight < 1 || weight > WEIGHT_MAX) {
      throw new IllegalArgumentException("weight must be 1 to " + WEIGHT_MAX + ", is " + weight);
    }
  }

  public static LegalAppSize small(int accounts) {
    return new LegalAppSize(accounts, 1);
  }

  public static LegalAppSize medium(int accounts) {
    return new LegalAppSize(accounts, 4);
  }

  public static LegalAppSize large(int accounts) {
    return new LegalAppSize(accounts, 12);
  }

  int teamMembers() {
    return 3 + accounts / 2;
  }
}
