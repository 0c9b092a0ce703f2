// A generated password, shown once: it is in no store, and gone with the notification.
import { CopyText } from "./copy";

export function PasswordOnce({ user, password }: { user: string; password: string }) {
  return (
    <>
      The password of {user}, which is shown only now: <CopyText text={password} what="password" />
    </>
  );
}
