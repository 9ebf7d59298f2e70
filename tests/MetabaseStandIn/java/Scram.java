import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256, as RFC 5802 has it, without channel binding. */
final class Scram {
    private final String password;
    private final String bare = "n=,r=" + UUID.randomUUID();

    Scram(String password) {
        this.password = Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    String first() {
        return "n,," + bare;
    }

    String last(String challenge) throws GeneralSecurityException {
        String nonce = part(challenge, "r=");
        byte[] salted = salted(Base64.getDecoder().decode(part(challenge, "s=")), Integer.parseInt(part(challenge, "i=")));
        byte[] key = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        byte[] stored = MessageDigest.getInstance("SHA-256").digest(key);
        String without = "c=biws,r=" + nonce;
        byte[] signature = hmac(stored, (bare + "," + challenge + "," + without).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < key.length; i++) key[i] ^= signature[i];
        return without + ",p=" + Base64.getEncoder().encodeToString(key);
    }

    private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException {
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        byte[] block = java.util.Arrays.copyOf(salt, salt.length + 4);
        block[block.length - 1] = 1;
        byte[] round = hmac(secret, block);
        byte[] result = round.clone();
        for (int i = 1; i < iterations; i++) {
            round = hmac(secret, round);
            for (int j = 0; j < result.length; j++) result[j] ^= round[j];
        }

        return result;
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    private static String part(String challenge, String name) {
        for (String part : challenge.split(",")) {
            if (part.startsWith(name)) return part.substring(name.length());
        }

        return "";
    }
}
