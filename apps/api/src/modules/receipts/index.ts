export { MarkCommandDto } from './dto/mark.dto.js';
export { receiptEvent } from './receipt.events.js';
export { ReceiptsModule } from './receipts.module.js';
export { ReceiptsService } from './receipts.service.js';
