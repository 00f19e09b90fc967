package io.holdfast.storage.sftp;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.SftpVersionSelector;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;

/// Makes SSH connections that read no configuration and no keys but ours. Algorithms with SHA-1 and
/// CBC are not offered. Ciphers that processors have instructions for come first.
final class SshConnector implements Channels.Connector {
  private static final int PROTOCOL_VERSION = 3;
  private static final Set<ClientSessionEvent> KEYS_EXCHANGED =
      EnumSet.of(ClientSessionEvent.WAIT_AUTH, ClientSessionEvent.CLOSED);
  private static final List<BuiltinSignatures> SIGNATURES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256);

  private final SftpPlace place;
  private final Identities identities;
  private final KnownHosts hosts;
  private final SftpTimeouts timeouts;
  private final SshClient client;
  private boolean isStarted;

  SshConnector(SftpPlace place, Identities identities, KnownHosts hosts, SftpTimeouts timeouts) {
    this.place = place;
    this.identities = identities;
    this.hosts = hosts;
    this.timeouts = timeouts;
    this.client = client();
  }

  private SshClient client() {
    SshClient made =
        ClientBuilder.builder()
            .signatureFactories(signatures())
            .cipherFactories(
                List.of(
                    BuiltinCiphers.aes128gcm,
                    BuiltinCiphers.aes256gcm,
                    BuiltinCiphers.aes128ctr,
                    BuiltinCiphers.aes256ctr,
                    BuiltinCiphers.cc20p1305_openssh))
            .macFactories(
                List.of(
                    BuiltinMacs.hmacsha256etm,
                    BuiltinMacs.hmacsha512etm,
                    BuiltinMacs.hmacsha256,
                    BuiltinMacs.hmacsha512))
            .serverKeyVerifier(hosts)
            .hostConfigEntryResolver(HostConfigEntryResolver.EMPTY)
            .filePasswordProvider(FilePasswordProvider.EMPTY)
            .build();
    made.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    made.setUserAuthFactories(
        List.of(UserAuthPublicKeyFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
    CoreModuleProperties.PASSWORD_PROMPTS.set(made, 1);
    CoreModuleProperties.IDLE_TIMEOUT.set(made, Duration.ZERO);
    CoreModuleProperties.CHANNEL_OPEN_TIMEOUT.set(made, timeouts.answer());
    SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(made, timeouts.answer());
    AbstractSftpClient.SFTP_CLIENT_CMD_TIMEOUT.set(made, timeouts.answer());
    return made;
  }

  /// Those for keys that we know first: a server has several, and shows the first that fits.
  private List<NamedFactory<Signature>> signatures() {
    List<String> known = hosts.types();
    Set<NamedFactory<Signature>> ordered = new LinkedHashSet<>();
    for (BuiltinSignatures signature : SIGNATURES) {
      String type = signature.getName().startsWith("rsa-sha2-") ? "ssh-rsa" : signature.getName();
      if (known.contains(type)) {
        ordered.add(signature);
      }
    }
    ordered.addAll(SIGNATURES);
    return new ArrayList<>(ordered);
  }

  @Override
  public Channel connect() throws IOException {
    if (identities.isEmpty()) {
      throw new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          "no key and no password was found for " + place.describe(),
          "Name a private key with key-file=... in the URL, or set " + Identities.PASSWORD + ".",
          null);
    }
    start();
    ClientSession session = session();
    try {
      exchangeKeys(session);
      authenticate(session);
      SftpClient sftp =
          SftpClientFactory.instance()
              .createSftpClient(
                  session, SftpVersionSelector.fixedVersionSelector(PROTOCOL_VERSION));
      return new Channel(session, sftp, (RawSftpClient) sftp, timeouts);
    } catch (IOException | RuntimeException e) {
      var _ = session.close(true);
      throw e instanceof StoreRefusedException refused ? refused : unreachable(e);
    }
  }

  private synchronized void start() {
    if (!isStarted) {
      client.start();
      isStarted = true;
    }
  }

  private ClientSession session() throws IOException {
    try {
      var address = new InetSocketAddress(InetAddress.getByName(place.host()), place.port());
      return client.connect(place.user(), address).verify(timeouts.connect()).getClientSession();
    } catch (UnknownHostException e) {
      throw new StoreUnavailableException("the host " + place.host() + " is not known", e);
    } catch (IOException | RuntimeException e) {
      throw unreachable(e);
    }
  }

  /// Until the server's key has been looked at. Whoever asked to be let in meanwhile would learn in
  /// one of several ways that the session had ended, and not always why.
  private void exchangeKeys(ClientSession session) throws IOException {
    Set<ClientSessionEvent> seen = session.waitFor(KEYS_EXCHANGED, timeouts.answer());
    Optional<StoreRefusedException> refusal = hosts.refusalOf(session);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    if (seen.contains(ClientSessionEvent.TIMEOUT)) {
      throw new SshException("it exchanged no keys within " + timeouts.answer().toMillis() + " ms");
    }
  }

  private void authenticate(ClientSession session) throws IOException {
    identities.keys().forEach(session::addPublicKeyIdentity);
    if (!identities.password().isEmpty()) {
      session.addPasswordIdentity(identities.password());
    }
    try {
      session.auth().verify(timeouts.answer());
    } catch (SshException e) {
      boolean saysNo =
          e.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
              || SftpFailures.reason(e).contains("Too many authentication failures");
      if (saysNo) {
        throw new StoreRefusedException(
            ErrorCode.STORE_UNAVAILABLE,
            place.hostEntry() + " does not let user " + place.user() + " in",
            "Check the user, its private key or password, and its authorized_keys on that host.",
            e);
      }
      throw e;
    }
  }

  private IOException unreachable(Exception e) {
    if (e instanceof InterruptedIOException interrupted) {
      return interrupted;
    }
    return e instanceof StoreUnavailableException known
        ? known
        : new StoreUnavailableException(
            "cannot reach " + place.hostEntry() + ": " + SftpFailures.reason(e), e);
  }

  @Override
  public synchronized void close() {
    if (isStarted) {
      client.stop();
    }
  }
}
