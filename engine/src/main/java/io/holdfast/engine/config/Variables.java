package io.holdfast.engine.config;

import java.util.List;

/// Every environment variable that is read: the one declaration that `holdfast config` and the
/// reference manual print.
public final class Variables {
  /// A variable. The value of a secret one is never shown, and `NAME_FILE` may name a file that
  /// holds it.
  public record Variable(String name, Visibility visibility, String meaning) {}

  /// Whether a value may be shown.
  public enum Visibility {
    PLAIN,
    SECRET
  }

  public static final List<Variable> ALL =
      List.of(
          plain("BACKUP_DIR", "Repository: a directory or URL; --repo wins. Default: ./backups."),
          plain("BACKUP_STORAGE_PATH", "The same; read when BACKUP_DIR is not set."),
          secret("BACKUP_ENCRYPTION_KEY", "Key of the repository: 64 hexadecimal digits."),
          secret("BACKUP_PASSPHRASE", "Passphrase of the repository."),
          secret("BACKUP_ENCRYPTION_SECRET", "The same; read when BACKUP_PASSPHRASE is not set."),
          plain(
              "BACKUP_KEY_FILE",
              "File with 64 hexadecimal digits. Default: holdfast/key in $XDG_CONFIG_HOME or ~/.config."),
          secret(
              "BACKUP_TO_ENCRYPTION_KEY",
              "Key of the second repository (--to of copy): 64 hexadecimal digits. Default: the first's key."),
          secret("BACKUP_TO_PASSPHRASE", "Passphrase of the second repository."),
          plain("BACKUP_TO_KEY_FILE", "Key file of the second repository; --to-key-file wins."),
          plain(
              "HOLDFAST_TO_*",
              "What follows the prefix is, for the second repository's store, the variable of that name: HOLDFAST_TO_AWS_ACCESS_KEY_ID."),
          plain(
              "HOLDFAST_STORE_*",
              "HOLDFAST_STORE_NAME_ before the name of a variable is, for what --store NAME=URL names, that variable: HOLDFAST_STORE_DOCS_AWS_ACCESS_KEY_ID for --store docs=s3://... The name in upper case, _ for all but letters and digits."),
          secret(
              "HOLDFAST_FILE_PASSPHRASE",
              "Passphrase of a file for encrypt and decrypt; of 'openssl enc' the password."),
          secret(
              "DATABASE_URL",
              "Database of the source; --url wins. Where the configuration file has several sources, 'serve' takes it for the one without a url."),
          secret("POSTGRES_URL", "The same; read when DATABASE_URL is not set."),
          secret("DIRECT_URL", "The same server without a pooler; --direct-url wins."),
          plain(
              "BACKUP_DOMAIN",
              "Key domain that backups go into; wins over 'domain' of the source. Default: main."),
          plain(
              "ENABLE_SCHEDULED_BACKUPS",
              "Whether 'serve' carries out schedules: true (the default) or false."),
          secret(
              "HOLDFAST_APPLICATION_*_KEY",
              "What tokens of an application are checked with: a public key in PEM, or a secret of 32 bytes or more. The application's name in upper case, _ for -: HOLDFAST_APPLICATION_LEGAL_KEY. Wins over its tokenKeyFile."),
          secret("CRON_SECRET", "What asks 'serve' over HTTP to run what is due must show this."),
          plain("TZ", "Time zone of schedules that name none, as Europe/Berlin. Default: UTC."),
          plain("HOLDFAST_CONFIG", "Configuration file; --config wins."),
          secret(
              "CATALOG_URL",
              "Catalog of 'serve': a PostgreSQL database of its own. Default: an embedded PostgreSQL in HOLDFAST_DATA."),
          plain(
              "HOLDFAST_DATA",
              "Directory of 'serve' for its embedded catalog; --data wins. Default: holdfast in $XDG_DATA_HOME or ~/.local/share, for root /var/lib/holdfast."),
          plain(
              "HOLDFAST_PG_BIN",
              "Directories with PostgreSQL programs for scratch servers, separated by ':'; searched first."),
          plain(
              "HOLDFAST_VERIFY_AFTER_BACKUP",
              "Whether a backup reads back what it stored: always, never, or cheap-stores (directories and SFTP; the default)."),
          plain(
              "HOLDFAST_PROVED_WITHIN_DAYS",
              "How many days ago everything should have been read back at the latest; 'doctor' warns beyond. Default: 30."),
          plain(
              "HOLDFAST_COMPRESSION_LEVEL",
              "How hard backups compress, from 1 (fast) to 19 (small); wins over 'compressionLevel' of the repository. Default: 1."),
          plain(
              "HOLDFAST_JAVA_OPTS",
              "More options for the Java runtime, such as -Xmx2g; they win over the shipped ones."),
          plain(
              "BACKUP_EMAIL_NOTIFICATIONS",
              "true: notifications go out by e-mail. Default: false."),
          plain("BACKUP_EMAIL_RECIPIENTS", "Who gets them: e-mail addresses, separated by commas."),
          plain("NOTIFICATION_EMAIL", "The same; read when BACKUP_EMAIL_RECIPIENTS is not set."),
          secret(
              "SMTP_URL",
              "Mail server: smtps://USER:PASSWORD@HOST or smtp://..., which must offer STARTTLS unless it is this machine or ?starttls=no is there; ?from=ADDRESS is the sender."),
          plain("BACKUP_SLACK_NOTIFICATIONS", "true: notifications go to Slack. Default: false."),
          secret("BACKUP_SLACK_WEBHOOK_URL", "The incoming webhook that Slack gave."),
          secret("HOLDFAST_WEBHOOK_URL", "Notifications go there as signed JSON."),
          secret(
              "HOLDFAST_WEBHOOK_SECRET",
              "What they are signed with: at least 16 characters, or whsec_ and base64."),
          secret(
              "HOLDFAST_PING_URL",
              "Pinged after each success, and with /fail after failures; {source} in it stands for the source."),
          plain(
              "HOLDFAST_NOTIFY_ALLOW",
              "Hosts and networks that webhooks and pings may lead to besides public addresses: hooks.internal, 10.1.0.0/16."));

  private Variables() {}

  private static Variable plain(String name, String meaning) {
    return new Variable(name, Visibility.PLAIN, meaning);
  }

  private static Variable secret(String name, String meaning) {
    return new Variable(name, Visibility.SECRET, meaning);
  }
}
