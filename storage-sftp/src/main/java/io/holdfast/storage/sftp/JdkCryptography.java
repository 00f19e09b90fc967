package io.holdfast.storage.sftp;

import java.security.Provider;
import java.security.Security;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.util.security.SecurityProviderRegistrar;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;

/// Makes MINA use the JDK's cryptography for everything, whatever else is on the class path. It
/// decides that once in a process, and this must come before its first use.
final class JdkCryptography implements SecurityProviderRegistrar {
  private static final Object CHOSEN = choose();

  private JdkCryptography() {}

  static void require() {
    if (CHOSEN == null) {
      throw new IllegalStateException("MINA was not told which cryptography to use");
    }
  }

  private static Object choose() {
    SecurityUtils.setAPrioriDisabledProvider(SecurityUtils.BOUNCY_CASTLE, true);
    SecurityUtils.setAPrioriDisabledProvider(SecurityUtils.EDDSA, true);
    var registrar = new JdkCryptography();
    var _ = SecurityUtils.registerSecurityProvider(registrar);
    return registrar;
  }

  @Override
  public String getName() {
    return "JDK";
  }

  @Override
  public boolean isSupported() {
    return true;
  }

  @Override
  public Map<String, Object> getProperties() {
    return Map.of();
  }

  /// For nothing by name: the JDK finds its own.
  @Override
  public String getDefaultSecurityEntitySupportValue(Class<?> type) {
    return "";
  }

  @Override
  public Provider getSecurityProvider() {
    return Security.getProvider("SunEC");
  }

  @Override
  public Optional<EdDSASupport<?, ?>> getEdDSASupport() {
    return Optional.of(new JdkEd25519());
  }
}
