export { MarkCommandDto } from './dto/mark.dto.js';
export { receiptEvent } from './receipt.events.js';
export { ReceiptsGateway } from './receipts.gateway.js';
export { ReceiptsModule } from './receipts.module.js';
