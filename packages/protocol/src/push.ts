/** Web Push: notifications for people whose app is closed. */

/** What a browser's `PushSubscription` has, and what its notifications are to say. */
export interface PushSubscriptionBody {
  /** Where the browser's push service takes messages for it: https. */
  endpoint: string;
  /** The browser's public key: 65 bytes, a point of P-256, in base64url. */
  p256dh: string;
  /** 16 bytes in base64url. */
  auth: string;
  /** Neither names nor words are sent; missing: they are. */
  isPrivate?: boolean;
}

/** A browser that is told of new messages while the app is closed there. */
export interface PushSubscriptionItem {
  id: string;
  /** The host of its push service. */
  service: string;
  isPrivate: boolean;
  /** Whether it was made in the caller's session. */
  isCurrent: boolean;
  createdAt: string;
  /** When it is given up unless it is made again. */
  expiresAt: string;
}

export interface PushSubscriptions {
  /** `applicationServerKey` to subscribe with, in base64url; null: this server sends no pushes. */
  publicKey: string | null;
  /** The latest first. */
  items: PushSubscriptionItem[];
}

/** What a push says, as JSON, encrypted for the one browser. */
export interface PushNotice {
  title: string;
  body: string;
  conversationId: string;
  /** Of the message that it is about. */
  seq: number;
}
